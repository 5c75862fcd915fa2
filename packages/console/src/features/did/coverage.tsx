import type { CouldDid } from '@firebreak/contract/answers/could-did';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import classes from './lists.module.css';

const fewJewels = 12;

/** What the answer rests on: which logs, from when to when; and the crown jewels that no event shows as touched. */
export function Coverage({ found: { logged, untouched, unlogged } }: { readonly found: CouldDid }) {
  const blind = new Set(unlogged.map(({ system }) => system));
  return (
    <div className="fb-stack">
      <Panel title="What was logged">
        <ul className={classes.list}>
          {logged.map(({ system, format, first, last, events, gap }) => (
            <li key={`${system} ${format}`}>
              <ForeignText text={system} most={60} />, <code>{format}</code>: {count(events, 'event')}
              <div className="fb-quiet">
                <Moment at={first} /> to <Moment at={last} />
              </div>
              {gap !== undefined && (
                <div className={classes.gap}>
                  <ForeignText text={gap} />
                </div>
              )}
            </li>
          ))}
          {logged.length === 0 && <li className="fb-quiet">No log of a system within reach.</li>}
        </ul>
      </Panel>
      <Panel title="Crown jewels that no event shows as touched" aside={untouched.length.toLocaleString()}>
        <ul className={classes.list}>
          {untouched.slice(0, fewJewels).map((node) => (
            <li key={node.id}>
              <NodeLink node={node} most={60} />
              {blind.has(node.id.slice(0, node.id.indexOf(':'))) && (
                <span className={classes.gap}> unknown: its system is not logged</span>
              )}
            </li>
          ))}
          {untouched.length > fewJewels && (
            <li className="fb-quiet">and {(untouched.length - fewJewels).toLocaleString()} more</li>
          )}
          {untouched.length === 0 && <li className="fb-quiet">None.</li>}
        </ul>
      </Panel>
    </div>
  );
}
