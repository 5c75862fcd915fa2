import type { CouldDid } from '@firebreak/contract/answers/could-did';
import { Link } from '@tanstack/react-router';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { actorSign } from './did-field.ts';
import classes from './lists.module.css';

const fewSessions = 6;

/** What was compromised and what was taken with it: how, from where it acted, and how much. */
export function Actors({ found }: { readonly found: CouldDid }) {
  const numbers = new Map(found.did.map(({ node }, index) => [node.id, index + 1]));
  return (
    <Panel title="What the attacker has" aside={found.actors.length.toLocaleString()}>
      <ul className={classes.list}>
        {found.actors.map(({ node, events, first, last, takenBy, sessions }, index) => (
          <li key={node.id}>
            <strong>{actorSign(index)}</strong> <NodeLink node={node} most={60} />
            <div className="fb-quiet">
              {numbers.has(node.id) && `number ${numbers.get(node.id)} of what was touched; `}
              {events === 0 ? 'no event shows that it was used' : count(events, 'event')}
              {events > 0 && (
                <>
                  , <Moment at={first} /> to <Moment at={last} />
                </>
              )}
            </div>
            {takenBy !== undefined && (
              <div className="fb-quiet">
                taken by{' '}
                <Link to="/detection/event" search={{ id: takenBy.event }}>
                  <ForeignText text={takenBy.operation} most={60} />
                </Link>
                , <Moment at={takenBy.time} />
              </div>
            )}
            <ul className={classes.sessions}>
              {sessions.slice(0, fewSessions).map(({ session, address, agent, events: times, first: since }) => (
                <li key={`${session} ${address} ${agent} ${since}`}>
                  {session !== undefined && <ForeignText text={session} most={44} mono />}
                  {address !== undefined && (
                    <>
                      {' '}
                      from <ForeignText text={address} most={44} mono />
                    </>
                  )}
                  {agent !== undefined && (
                    <>
                      {' '}
                      with <ForeignText text={agent} most={60} />
                    </>
                  )}
                  : {count(times, 'event')}
                </li>
              ))}
              {sessions.length > fewSessions && <li>and {sessions.length - fewSessions} more sessions</li>}
            </ul>
          </li>
        ))}
        {found.actors.length === 0 && <li className="fb-quiet">No event of the compromised identities has come in.</li>}
      </ul>
    </Panel>
  );
}
