import { Link } from '@tanstack/react-router';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';

/** What is shown when a page itself fails: the rest of the console stays usable. */
export function PageFault({ error }: { readonly error: unknown }) {
  return <ProblemNotice error={error} onRetry={() => window.location.reload()} />;
}

export function NoSuchPage() {
  return (
    <Notice tone="info" title="There is no such page.">
      <Link to="/incidents">Go to the incidents</Link>
    </Notice>
  );
}
