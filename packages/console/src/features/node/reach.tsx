import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { nodesOfQuery } from '../../data/estate-queries.ts';
import { idIs } from '../../data/query-text.ts';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './reach.module.css';

const mostListed = 8;

/** What somebody who holds the node gets, and who gets the node. Each number leads to the list behind it. */
export function Reach({ id }: { readonly id: string }) {
  const whole = idIs(id);
  return (
    <Panel title="Reach">
      <div className={classes.sides}>
        <Side
          title="It reaches"
          all={`reached-by(${whole}) and not ${whole}`}
          special={`jewel and reached-by(${whole}) and not ${whole}`}
          word="crown jewels"
          none="No crown jewel is in its reach."
        />
        <Side
          title="It is reached by"
          all={`reaches(${whole}) and not ${whole}`}
          special={`class = identity and reaches(${whole}) and not ${whole}`}
          word="identities"
          none="No identity reaches it."
        />
      </div>
    </Panel>
  );
}

interface SideProps {
  readonly title: string;
  readonly all: string;
  readonly special: string;
  readonly word: string;
  readonly none: string;
}

function Side({ title, all, special, word, none }: SideProps) {
  const total = useQuery(nodesOfQuery(all, 1));
  const those = useQuery(nodesOfQuery(special, mostListed));
  const failed = [total, those].find((query) => query.isLoadingError);
  if (failed !== undefined) return <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  return (
    <div className={classes.side}>
      <h3>{title}</h3>
      <p>
        <Link to="/estate" search={{ q: all }}>
          <strong>{total.data?.total.toLocaleString() ?? '…'}</strong> {total.data?.total === 1 ? 'node' : 'nodes'}
        </Link>
        , of them{' '}
        <Link to="/estate" search={{ q: special }}>
          <strong>{those.data?.total.toLocaleString() ?? '…'}</strong> {word}
        </Link>
      </p>
      <ul>
        {those.data?.nodes.map((node) => (
          <li key={node.id}>
            <NodeLink node={node} most={44} />
          </li>
        ))}
        {those.data?.total === 0 && <li className="fb-quiet">{none}</li>}
      </ul>
    </div>
  );
}
