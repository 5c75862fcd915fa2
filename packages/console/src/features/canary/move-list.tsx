import type { CanaryMove } from '@firebreak/contract/canary';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { LookTag } from '../../ui/tag.tsx';
import classes from './canary.module.css';

const outcomes = {
  done: { word: 'Done', tone: 'good' },
  'by-hand': { word: 'By hand', tone: 'neutral' },
  refused: { word: 'Refused', tone: 'danger' },
  unknown: { word: 'Not in effect', tone: 'danger' },
  'under-way': { word: 'Under way', tone: 'info' },
} as const;
const results = {
  holds: { word: 'Holds', tone: 'good' },
  fails: { word: 'Fails', tone: 'danger' },
  'cannot-tell': { word: 'Cannot tell', tone: 'warn' },
} as const;

/** How the traffic was moved, and what the serving layer really does since. */
export function MoveList({ moves }: { readonly moves: readonly CanaryMove[] }) {
  return (
    <Panel title="Traffic">
      {moves.length === 0 && <span className="fb-quiet">Nothing was moved yet.</span>}
      <ol className={classes.plain}>
        {moves.toReversed().map((move) => (
          <li key={`${move.at} ${move.percent}`}>
            <LookTag look={outcomes[move.outcome]} /> <strong>{move.percent} %</strong> <Moment at={move.at} />
            <div>
              <ForeignText text={move.detail} most={200} />
            </div>
            {move.probes.map(({ what, result, evidence }) => (
              <div key={what} className="fb-quiet">
                <LookTag look={results[result]} /> <ForeignText text={what} most={200} />:{' '}
                <ForeignText text={evidence} most={300} />
              </div>
            ))}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
