import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { nodesOfQuery, pairQuery } from '../../data/estate-queries.ts';
import { idIs } from '../../data/query-text.ts';
import { count } from '../../ui/count.ts';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PathCard } from '../paths/path-card.tsx';
import classes from './steps.module.css';

type Ref = { readonly kind: string; readonly id: string; readonly name: string };

/** What is one attack step before a node and one after it; each opens to the step in words. */
export function Steps({ node }: { readonly node: Ref }) {
  return (
    <>
      <Neighbours node={node} direction="to" title="One step before it" none="No single step leads to it." />
      <Neighbours node={node} direction="from" title="One step after it" none="No single step leads from it." />
    </>
  );
}

const mostListed = 50;

interface NeighboursProps {
  readonly node: Ref;
  readonly direction: 'to' | 'from';
  readonly title: string;
  readonly none: string;
}

function Neighbours({ node, direction, title, none }: NeighboursProps) {
  const asked = `edge * ${direction} (${idIs(node.id)})`;
  const found = useQuery(nodesOfQuery(asked, mostListed));
  const total = found.data?.total;
  return (
    <Panel
      title={title}
      flush
      aside={
        <Link to="/estate" search={{ q: asked }} className="fb-node-link">
          {total === undefined ? '…' : count(total, 'node')}
        </Link>
      }
    >
      {found.isLoadingError && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton height={160} m={16} w="auto" />}
      {total === 0 && <p className={classes.none}>{none}</p>}
      <ul className={classes.steps}>
        {found.data?.nodes.map((other) =>
          direction === 'to' ? (
            <Neighbour key={other.id} other={other} from={other} to={node} />
          ) : (
            <Neighbour key={other.id} other={other} from={node} to={other} />
          ),
        )}
      </ul>
    </Panel>
  );
}

interface NeighbourProps {
  readonly other: Ref;
  readonly from: Ref;
  readonly to: Ref;
}

function Neighbour({ other, from, to }: NeighbourProps) {
  const [opened, setOpened] = useState(false);
  return (
    <li>
      <div className={classes.line}>
        <NodeLink node={other} most={60} />
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={opened}
          aria-label={`How ${from.name} gives ${to.name}`}
          onClick={() => setOpened(!opened)}
        >
          {opened ? 'Close' : 'How'}
        </Button>
      </div>
      {opened && <How from={from} to={to} />}
    </li>
  );
}

function How({ from, to }: { readonly from: Ref; readonly to: Ref }) {
  const answer = useQuery(pairQuery(from.id, to.id));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={140} radius={8} />;
  const path = answer.data.why[0];
  if (path === undefined) return <p className="fb-quiet">The step needs something else to be held as well.</p>;
  return <PathCard path={path} allOpen />;
}
