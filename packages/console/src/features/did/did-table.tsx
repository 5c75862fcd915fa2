import type { CouldDid } from '@firebreak/contract/answers/could-did';
import { Link } from '@tanstack/react-router';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { actorSign } from './did-field.ts';
import classes from './did-table.module.css';

type Touched = CouldDid['did'][number];

interface DidTableProps {
  readonly found: CouldDid;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

/** The same as the picture in words and numbers. */
export function DidTable({ found, selected, onSelect }: DidTableProps) {
  const signs = new Map(found.actors.map(({ node }, index) => [node.id, `${actorSign(index)} ${node.name}`]));
  return (
    <ShortTable label="What was touched" className={classes.table}>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">What</th>
          <th scope="col">When</th>
          <th scope="col">How much</th>
          <th scope="col">By</th>
          <th scope="col">By way of</th>
        </tr>
      </thead>
      <tbody>
        {found.did.map((touched, index) => (
          <tr key={touched.node.id} data-picked={touched.node.id === selected}>
            <td>
              <button
                type="button"
                className={classes.number}
                aria-pressed={touched.node.id === selected}
                aria-label={`Show number ${index + 1} in the picture`}
                onClick={() => onSelect(touched.node.id === selected ? null : touched.node.id)}
              >
                {index + 1}
              </button>
            </td>
            <td>
              <What touched={touched} />
            </td>
            <td>
              <Moment at={touched.first} />
              {touched.last !== touched.first && (
                <div className="fb-quiet">
                  to <Moment at={touched.last} />
                </div>
              )}
            </td>
            <td>
              <HowMuch touched={touched} />
            </td>
            <td>
              {touched.by.slice(0, 5).map((id) => (
                <div key={id}>
                  <ForeignText text={signs.get(id) ?? id} most={40} mono />
                </div>
              ))}
              {touched.by.length > 5 && <div className="fb-quiet">and {touched.by.length - 5} more</div>}
            </td>
            <td>
              <Way touched={touched} />
            </td>
          </tr>
        ))}
      </tbody>
    </ShortTable>
  );
}

function What({ touched: { node, jewel, known, within, examples } }: { readonly touched: Touched }) {
  return (
    <>
      <NodeLink node={node} most={52} /> {jewel !== undefined && <Tag tone="jewel">Crown jewel</Tag>}
      {jewel !== undefined && (
        <div className="fb-quiet">
          <ForeignText text={jewel} most={140} />
        </div>
      )}
      {!known && <div className="fb-quiet">The estate has nothing of this name: it is gone, or was not read.</div>}
      {!within && known && <div className="fb-quiet">The graph knows no way to it: it is wrong, or has changed.</div>}
      {examples[0] !== undefined && (
        <div>
          <Link to="/detection/event" search={{ id: examples[0] }} className={classes.event}>
            The first event
          </Link>
        </div>
      )}
    </>
  );
}

function HowMuch({ touched: { events, refused, operations } }: { readonly touched: Touched }) {
  return (
    <>
      {count(events, 'time')}
      {refused > 0 && `, ${refused.toLocaleString()} refused`}
      <ul className={classes.operations}>
        {operations.slice(0, 4).map(({ operation, events: times }) => (
          <li key={operation}>
            <ForeignText text={operation} most={50} mono /> {times > 1 && `× ${times.toLocaleString()}`}
          </li>
        ))}
        {operations.length > 4 && <li>and {operations.length - 4} more</li>}
      </ul>
    </>
  );
}

function Way({ touched: { way } }: { readonly touched: Touched }) {
  if (way.length === 0) return <span className="fb-quiet">–</span>;
  return (
    <ol className={classes.way}>
      {way.map(({ type, from, to }) => (
        <li key={`${from} ${to}`} title={`${from} → ${to}`}>
          <code>{type}</code>
        </li>
      ))}
    </ol>
  );
}
