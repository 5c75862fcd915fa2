import type { Blast } from '@firebreak/contract/graph';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import classes from './blast-side.module.css';
import type { DrawingIndex } from './drawing-index.ts';
import { NodeFacts } from './node-facts.tsx';

interface BlastSideProps {
  readonly incidentId: string;
  readonly blast: Blast;
  readonly index: DrawingIndex;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

/** Beside the drawing: the node that was picked, or what to look at first. */
export function BlastSide({ incidentId, blast, index, selected, onSelect }: BlastSideProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <aside className={classes.side} aria-label="Details" tabIndex={0}>
      {selected === null ? (
        <Overview blast={blast} index={index} onSelect={onSelect} />
      ) : (
        <NodeFacts
          key={selected}
          incidentId={incidentId}
          id={selected}
          jewel={blast.jewels.find((jewel) => jewel.id === selected)?.jewel}
          index={index}
          onSelect={onSelect}
        />
      )}
    </aside>
  );
}

const mostListed = 12;

function Overview({ blast, index, onSelect }: Pick<BlastSideProps, 'blast' | 'index' | 'onSelect'>) {
  const { counts, jewels, chokepoints } = blast;
  return (
    <>
      <section>
        <h2>
          Crown jewels in the blast radius <span className={classes.number}>{counts.jewels}</span>
        </h2>
        {jewels.length === 0 ? (
          <p className="fb-quiet">None that we know of.</p>
        ) : (
          <ul className={classes.list}>
            {jewels.slice(0, mostListed).map((jewel) => (
              <li key={jewel.id}>
                <button type="button" onClick={() => onSelect(jewel.id)}>
                  <NodeName node={jewel} most={44} />
                </button>
                <div className="fb-quiet">
                  <ForeignText text={jewel.jewel} most={90} />
                  {index.nodes.get(jewel.id)?.role === 'safe' && <strong> · safe with the plan</strong>}
                </div>
              </li>
            ))}
          </ul>
        )}
        {jewels.length > mostListed && <p className="fb-quiet">{jewels.length - mostListed} more in the table.</p>}
      </section>
      <section>
        <h2>Chokepoints</h2>
        <p className="fb-quiet">
          {chokepoints.length === 0
            ? 'No single node stands between the attacker and a crown jewel.'
            : 'Keep one of these from the attacker, and the jewels behind it are safe.'}
        </p>
        <ul className={classes.list}>
          {chokepoints.slice(0, mostListed).map((point) => (
            <li key={point.id}>
              <button type="button" onClick={() => onSelect(point.id)}>
                <NodeName node={point} most={44} />
              </button>
              <div className="fb-quiet">
                guards {point.guards} {point.guards === 1 ? 'jewel' : 'jewels'}
              </div>
            </li>
          ))}
        </ul>
      </section>
      <p className="fb-quiet">Pick a node in the drawing, the table or here to see its facts.</p>
    </>
  );
}
