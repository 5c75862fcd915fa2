import type { AiTool, AiTools } from '@firebreak/contract/answers/ai-tools';
import { Skeleton, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { aiToolsQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import classes from './ai-tools-page.module.css';
import { IdentitiesNav } from './identities-nav.tsx';

/** Agents, tool servers, models and guardrails as non-human identities: what each acts with, and for how long that lives. */
export function AiToolsPage() {
  const answer = useQuery(aiToolsQuery);
  return (
    <>
      <PageHead
        title="AI tools"
        about="Agents, tool servers, models and guardrails as identities: what runs each, what it acts with, what that may do, when it was last seen."
        completeness={answer.data?.completeness}
      />
      <IdentitiesNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data !== undefined && <Known answer={answer.data} />}
    </>
  );
}

/** More tools than these are a list nobody reads; the switch narrows them. */
const step = 50;

function Known({ answer: { tools, counts } }: { readonly answer: AiTools }) {
  const [longLivedOnly, setLongLivedOnly] = useState(false);
  const [most, setMost] = useState(step);
  const longLived = tools.filter(({ actsAs }) => actsAs.some(({ lasts }) => lasts === 'long-lived'));
  // What acts with something that lives long comes first, what nobody tells of last.
  const shown = longLivedOnly ? longLived : [...tools].sort((a, b) => weightOf(b) - weightOf(a));
  const untold = tools.filter(({ actsAs }) => actsAs.some(({ lasts }) => lasts === 'unknown')).length;
  if (tools.length === 0)
    return (
      <Empty title="No AI tool was found.">
        Read what runs and serves them: the cluster, a gateway (<code>--from litellm:</code>), a registry of models (
        <code>--from mlflow:</code>).
      </Empty>
    );
  return (
    <div className="fb-stack">
      <Figures>
        <Figure label="AI tools" value={counts.total.toLocaleString()} />
        <Figure
          label="Identity known"
          tone={counts.identified === counts.total ? 'good' : 'warn'}
          value={counts.identified.toLocaleString()}
          hint="of the others nobody tells what they act with"
        />
        <Figure
          label="Long-lived"
          tone={counts.longLived > 0 ? 'warn' : 'neutral'}
          value={counts.longLived.toLocaleString()}
          hint={`act with something that does not end by itself; of ${untold.toLocaleString()} that is not told`}
        />
        <Figure label="Seen in events" value={counts.seen.toLocaleString()} />
      </Figures>
      <Switch
        label={`Only the ${count(longLived.length, 'tool')} with a long-lived credential`}
        checked={longLivedOnly}
        onChange={(event) => setLongLivedOnly(event.currentTarget.checked)}
      />
      {shown.slice(0, most).map((tool) => (
        <ToolPanel key={tool.id} tool={tool} />
      ))}
      <ShowMore left={shown.length - most} onMore={() => setMost(most + step)} />
    </div>
  );
}

const tones: Readonly<Record<AiTool['actsAs'][number]['lasts'], Tone>> = {
  ephemeral: 'good',
  'long-lived': 'warn',
  unknown: 'neutral',
};
const words: Readonly<Record<AiTool['actsAs'][number]['lasts'], string>> = {
  ephemeral: 'ends by itself',
  'long-lived': 'long-lived',
  unknown: 'not told',
};
const mostNamed = 6;

function weightOf({ actsAs }: AiTool): number {
  if (actsAs.length === 0) return 0;
  return actsAs.some(({ lasts }) => lasts === 'long-lived') ? 2 : 1;
}

function ToolPanel({ tool }: { readonly tool: AiTool }) {
  const { owner, runBy, actsAs, calls, lastSeen } = tool;
  return (
    <Panel
      title={<NodeLink node={tool} most={80} />}
      aside={
        <>
          {tool.class}, owner {owner === undefined ? 'not told' : <ForeignText text={owner} most={40} />}
        </>
      }
    >
      <p className={classes.line}>
        <span className={classes.label}>Run by</span>
        <Nodes nodes={runBy} none="elsewhere, or nobody told" />
      </p>
      {actsAs.length === 0 ? (
        <p className={classes.line}>
          <span className={classes.label}>Acts as</span>
          <span className={classes.none}>nobody told: no identity or credential of it is known</span>
        </p>
      ) : (
        <ShortTable className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Acts as</th>
              <th scope="col">Lasts</th>
              <th scope="col">Whose</th>
              <th scope="col">Grants</th>
              <th scope="col">Shared with</th>
            </tr>
          </thead>
          <tbody>
            {actsAs.map((actor) => (
              <tr key={actor.id}>
                <td>
                  <NodeLink node={actor} most={60} />
                </td>
                <td>
                  <Tag tone={tones[actor.lasts]}>{words[actor.lasts]}</Tag>
                </td>
                <td>{actor.of === 'itself' ? 'its own' : 'of its workload'}</td>
                <td>
                  <Nodes nodes={actor.grants} none="none that is known" />
                </td>
                <td>
                  <Nodes nodes={actor.sharedWith} none="nobody" />
                </td>
              </tr>
            ))}
          </tbody>
        </ShortTable>
      )}
      <p className={classes.line}>
        <span className={classes.label}>May call</span>
        <Nodes nodes={calls} none="no tool that is known" />
      </p>
      <p className={classes.line}>
        <span className={classes.label}>Last seen</span>
        {lastSeen === undefined ? (
          'in no log that was looked at'
        ) : (
          <>
            <Moment at={lastSeen.time} /> <ForeignText text={lastSeen.operation} most={80} />
          </>
        )}
      </p>
    </Panel>
  );
}

function Nodes({ nodes, none }: { readonly nodes: AiTool['runBy']; readonly none: string }) {
  if (nodes.length === 0) return <span className={classes.none}>{none}</span>;
  return (
    <span className={classes.nodes}>
      {nodes.slice(0, mostNamed).map((node) => (
        <NodeLink key={node.id} node={node} most={48} />
      ))}
      {nodes.length > mostNamed && <span>and {nodes.length - mostNamed} more</span>}
    </span>
  );
}
