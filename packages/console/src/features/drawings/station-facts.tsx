import type { RequestPath } from '@firebreak/contract/answers/request-path';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import classes from './drawing-view.module.css';

type Station = RequestPath['stations'][number];

const groups = [
  { how: 'runs-as', title: 'It runs with' },
  { how: 'direct', title: 'Have power over it' },
  { how: 'attack', title: 'Can get it by an attack' },
] as const;

const most = 25;

/** The picked station: every identity and credential that influences it, the strongest ways first. */
export function StationFacts({ station }: { readonly station: Station }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <aside className={classes.side} aria-label="The picked station" tabIndex={0}>
      <h2>
        <NodeLink node={station} />
      </h2>
      <div className={classes.line}>
        <span className="fb-quiet">
          {station.station}, {station.hops === 0 ? 'where the request arrives' : `hop ${station.hops}`}
          {station.owner !== undefined && (
            <>
              , owner <ForeignText text={station.owner} most={40} />
            </>
          )}
        </span>
        <PickButton toggle={station.id} of={station.name} />
      </div>
      <div className={classes.parts}>
        {groups.map(({ how, title }) => {
          const those = station.influences.filter((influence) => influence.how === how);
          return (
            <section key={how}>
              <h3>
                {title} <span>{those.length}</span>
              </h3>
              <ul>
                {those.slice(0, most).map((influence) => (
                  <li key={influence.id}>
                    <NodeLink node={influence} most={40} />
                  </li>
                ))}
                {those.length > most && <li className="fb-quiet">and {those.length - most} more</li>}
                {those.length === 0 && <li className="fb-quiet">none</li>}
              </ul>
            </section>
          );
        })}
      </div>
    </aside>
  );
}
