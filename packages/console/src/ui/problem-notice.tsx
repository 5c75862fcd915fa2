import { Button } from '@mantine/core';
import { asProblem } from '../data/problem.ts';
import { ForeignText } from './foreign-text.tsx';
import { JsonRecord } from './json-record.tsx';
import { Notice } from './notice.tsx';

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
        <ForeignText text={problem.why} />
      </div>
      <div>
        <strong>Next:</strong> <ForeignText text={problem.next} />
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
