import type { Reason } from '@firebreak/contract/plan';
import { ForeignText } from '../../ui/foreign-text.tsx';
import classes from './reasons.module.css';

interface ReasonsProps {
  readonly cost: number;
  readonly reasons: readonly Reason[];
}

/** A price that can be opened to what it is made of. */
export function Reasons({ cost, reasons }: ReasonsProps) {
  const total = `${Number(cost.toFixed(2))} ${cost === 1 ? 'point' : 'points'}`;
  if (reasons.length === 0) return <span>{total}</span>;
  return (
    <details className={classes.price}>
      <summary>{total}</summary>
      <ul>
        {reasons.map(({ what, points }) => (
          <li key={`${what} ${points}`}>
            <span className={classes.points}>{Number(points.toFixed(2))}</span> <ForeignText text={what} />
          </li>
        ))}
      </ul>
    </details>
  );
}
