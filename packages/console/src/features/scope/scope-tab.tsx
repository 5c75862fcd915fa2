/** Is it isolated, or the first step of something wider; and where does the known world end? */
import type { ScopeAnswer } from '@firebreak/contract/answers/scope';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { scopeQuery } from '../../data/planning-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { type Column, LongTable } from '../../ui/long-table.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Prose } from '../../ui/prose.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import classes from './scope-tab.module.css';
import { scopeWords } from './scope-words.ts';

export function ScopeTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/scope' });
  const scope = useQuery(scopeQuery(incidentId));
  if (scope.isLoadingError) return <ProblemNotice error={scope.error} onRetry={() => void scope.refetch()} />;
  if (scope.data === undefined) return <Skeleton height={460} radius={8} aria-busy="true" />;
  return <ScopeView scope={scope.data} />;
}

function ScopeView({ scope }: { readonly scope: ScopeAnswer }) {
  const { title, tone } = scopeWords(scope.answer);
  return (
    <div className="fb-stack">
      <Notice tone={tone} title={title}>
        <ul className={classes.reasons}>
          {scope.reasons.map((reason) => (
            <li key={reason}>
              <Prose text={reason} />
            </li>
          ))}
        </ul>
      </Notice>
      <LimitedNotice completeness={scope.completeness} meaning="what could not be read may lead further." />
      <Frontier scope={scope} />
      <div className={classes.columns}>
        <Panel title="Where its reach goes" flush>
          <ShortTable>
            <thead>
              <tr>
                <th scope="col">System and place</th>
                <th scope="col" data-numeric>
                  Within reach
                </th>
                <th scope="col" data-numeric>
                  Crown jewels
                </th>
              </tr>
            </thead>
            <tbody>
              {scope.boundaries.map(({ name, reached, jewels, own }) => (
                <tr key={name}>
                  <th scope="row">
                    <ForeignText text={name} most={80} /> {own && <Tag tone="info">began here</Tag>}
                  </th>
                  <td data-numeric>{reached.toLocaleString()}</td>
                  <td data-numeric>{jewels.toLocaleString()}</td>
                </tr>
              ))}
            </tbody>
          </ShortTable>
        </Panel>
        <Panel title="Who leads to it in one step" aside={count(scope.upstreamCount, 'node')}>
          <div className="fb-quiet">The attacker may have come from here, and may hold it already.</div>
          <ul className={classes.upstream}>
            {scope.upstream.map((node) => (
              <li key={`${node.id} ${node.by}`}>
                <NodeLink node={node} most={60} /> <code>{node.by}</code>
              </li>
            ))}
            {scope.upstreamCount === 0 && <li className="fb-quiet">Nobody that is known.</li>}
            {scope.upstreamCount > scope.upstream.length && (
              <li className="fb-quiet">and {(scope.upstreamCount - scope.upstream.length).toLocaleString()} more</li>
            )}
          </ul>
        </Panel>
      </div>
    </div>
  );
}

type Unknown = ScopeAnswer['frontier'][number];

const columns: readonly Column<Unknown>[] = [
  { title: 'Node', width: '30%', cell: ({ node }) => <NodeLink node={node} most={48} /> },
  { title: 'Steps away', width: '100px', numeric: true, cell: ({ hops }) => hops, compare: (a, b) => a.hops - b.hops },
  { title: 'Why nothing more is known', cell: ({ why }) => <ForeignText text={why} most={120} /> },
  { title: 'What would tell', cell: ({ next }) => <ForeignText text={next} most={120} /> },
];

function Frontier({ scope: { frontier, frontierCount } }: { readonly scope: ScopeAnswer }) {
  return (
    <Panel
      title="Where the known world ends"
      aside={
        frontierCount > frontier.length
          ? `the nearest ${frontier.length} of ${frontierCount.toLocaleString()}`
          : count(frontierCount, 'place')
      }
      flush
    >
      <div className={classes.frontier} data-empty={frontier.length === 0}>
        <LongTable
          label="Frontier of what is unknown"
          rows={frontier}
          idOf={({ node, why }) => `${node.id} ${why}`}
          columns={columns}
          empty={<Empty title="Nothing on the way was left unread.">Whatever it reaches is known.</Empty>}
        />
      </div>
    </Panel>
  );
}
