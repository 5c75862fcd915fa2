import type { Completeness } from '@firebreak/contract/answer';
import { count } from './count.ts';
import { ForeignText } from './foreign-text.tsx';
import classes from './limited-notice.module.css';
import { Notice } from './notice.tsx';
import { Prose } from './prose.tsx';

interface LimitedNoticeProps {
  readonly completeness: Completeness;
  /** What may be missing, for example "There may be more paths than shown." */
  readonly meaning: string;
}

/** Says that an answer is not the whole truth, and why. Renders nothing for a complete answer. */
export function LimitedNotice({ completeness, meaning }: LimitedNoticeProps) {
  if (completeness.answer === 'complete') return null;
  const { reasons } = completeness;
  return (
    <Notice tone="warn" title={`Limited answer: ${meaning}`}>
      <details className={classes.reasons}>
        <summary>{count(reasons.length, 'gap')} in what was read</summary>
        <GapList gaps={reasons} />
      </details>
    </Notice>
  );
}

interface GapListProps {
  readonly gaps: Extract<Completeness, { answer: 'limited' }>['reasons'];
}

/** Each gap: what is missing, where, why, and what would close it. */
export function GapList({ gaps }: GapListProps) {
  return (
    <ul className={classes.gaps}>
      {gaps.map((gap) => (
        <li key={`${gap.code} ${gap.where} ${gap.reason}`}>
          <div>
            <Prose text={gap.reason} />
          </div>
          <div className="fb-quiet">
            Missing: {gap.kinds.includes('*') ? 'cannot tell which kinds' : <ForeignText text={gap.kinds.join(', ')} />}{' '}
            · where: <ForeignText text={gap.where} mono most={120} /> · <code>{gap.code}</code>
          </div>
          <div>
            <strong>To close it:</strong> <Prose text={gap.next} />
          </div>
        </li>
      ))}
    </ul>
  );
}
