import { IconCheck, IconX } from '@tabler/icons-react';
import classes from './check-list.module.css';
import { ForeignText } from './foreign-text.tsx';

interface CheckListProps {
  readonly checks: readonly { readonly check: string; readonly ok: boolean; readonly detail: string }[];
}

/** Named checks with their results, as the plan's and the evidence's checkers report them. */
export function CheckList({ checks }: CheckListProps) {
  return (
    <ul className={classes.checks}>
      {checks.map((entry) => (
        <li key={entry.check} data-ok={entry.ok}>
          {entry.ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
          <div>
            <div>
              <span className={classes.name}>{entry.check}</span>{' '}
              <span className={classes.result}>{entry.ok ? 'holds' : 'fails'}</span>
            </div>
            <div className="fb-quiet">
              <ForeignText text={entry.detail} />
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
