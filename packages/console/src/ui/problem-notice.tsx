import { Button } from '@mantine/core';
import { asProblem } from '../data/problem.ts';
import { JsonRecord } from './json-record.tsx';
import { Notice } from './notice.tsx';
import { Prose } from './prose.tsx';

interface ProblemNoticeProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** An error as the catalogue tells it: what happened, why, what to do next. */
export function ProblemNotice({ error, onRetry }: ProblemNoticeProps) {
  const problem = asProblem(error);
  return (
    <Notice tone="danger" urgent title={problem.what}>
      <div>
        <Prose text={problem.why} />
      </div>
      <div>
        <strong>Next:</strong> <Prose text={problem.next} />
      </div>
      {problem.detail !== undefined && <JsonRecord value={problem.detail} label="Details" />}
      <div style={{ display: 'flex', alignItems: 'center', gap: 12, marginTop: 2 }}>
        {onRetry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
        <code className="fb-quiet">{problem.code}</code>
      </div>
    </Notice>
  );
}
