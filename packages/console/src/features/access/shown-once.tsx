import { CopyButton } from '../../ui/copy-button.tsx';
import { Notice } from '../../ui/notice.tsx';
import classes from './access-page.module.css';

interface ShownOnceProps {
  readonly title: string;
  readonly secret: string;
  readonly children: string;
}

/** A secret that the server tells once and never again. It lives in this page's memory only. */
export function ShownOnce({ title, secret, children }: ShownOnceProps) {
  return (
    <Notice tone="good" urgent title={title}>
      <div>{children}</div>
      <code className={classes.once}>{secret}</code>
      <div>
        <CopyButton label="Copy" text={() => secret} />
      </div>
    </Notice>
  );
}
