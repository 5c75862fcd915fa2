import type { Channel } from '@firebreak/contract/answers/channels';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Tag } from '../../ui/tag.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import classes from './channel-card.module.css';

type Authority = Channel['publish'][number];

const findingWords = {
  'publishes-what-it-runs': 'publishes what it runs',
  'publishes-and-operates': 'publishes and operates',
  'static-publisher': 'static publisher',
} as const;

const drivenWords: Readonly<Record<Channel['driven'], string>> = {
  repository: 'driven by a repository',
  registry: 'driven by a registry',
  pipeline: 'driven by a pipeline',
  data: 'driven by data',
  unknown: 'source not read',
};

/** One channel from left to right: who changes the content, who decides, what gets it. */
export function ChannelCard({ channel }: { readonly channel: Channel }) {
  return (
    <Panel
      title={<NodeLink node={channel} />}
      aside={
        <>
          {channel.owner !== undefined && (
            <span>
              owner <ForeignText text={channel.owner} most={40} />
            </span>
          )}
          <Tag tone={channel.driven === 'unknown' ? 'warn' : 'neutral'}>{drivenWords[channel.driven]}</Tag>
          <PickButton toggle={channel.id} of={channel.name} />
        </>
      }
    >
      <Findings findings={channel.findings} />
      <div className={classes.columns}>
        <Column title="Takes from" empty="no source that was read">
          {channel.sources.map((node) => (
            <NodeLink key={node.id} node={node} most={44} />
          ))}
        </Column>
        <Column title="May publish" empty="nobody that we know of">
          {channel.publish.map((authority) => (
            <Power key={`${authority.id} ${authority.type}`} authority={authority} />
          ))}
        </Column>
        <Column title="May promote" empty="nobody that we know of">
          {channel.promote.map((authority) => (
            <Power key={`${authority.id} ${authority.type}`} authority={authority} />
          ))}
        </Column>
        <Column title="Delivers" empty="nothing that was read">
          {channel.delivers.map((node) => (
            <NodeLink key={node.id} node={node} most={44} />
          ))}
        </Column>
        <Column title="Pulls, running with" empty="no identity that was read">
          {channel.pull.map((node) => (
            <NodeLink key={node.id} node={node} most={44} />
          ))}
        </Column>
      </div>
    </Panel>
  );
}

/** The first few of each kind; the rest behind a disclosure, since hosts alone may be hundreds. */
function Findings({ findings }: Pick<Channel, 'findings'>) {
  if (findings.length === 0) return null;
  const list = (those: Channel['findings']) => (
    <ul className={classes.findings}>
      {those.map(({ finding, actor, why }) => (
        <li key={`${finding} ${actor.id}`}>
          <IconAlertTriangle size={16} aria-hidden />
          <div>
            <strong>{findingWords[finding]}</strong>: <NodeLink node={actor} /> – <ForeignText text={why} />
          </div>
        </li>
      ))}
    </ul>
  );
  return (
    <div>
      {list(findings.slice(0, few))}
      {findings.length > few && (
        <details className={classes.rest}>
          <summary>{findings.length - few} more findings</summary>
          {list(findings.slice(few, 500))}
        </details>
      )}
    </div>
  );
}

function Power({ authority }: { readonly authority: Authority }) {
  return (
    <>
      <NodeLink node={authority} most={44} />
      <div className="fb-quiet">
        <code>{authority.type}</code>
        {authority.through.length > 0 && (
          <>
            {' '}
            by <ForeignText text={authority.through.map(({ name }) => name).join(', ')} most={60} />
          </>
        )}
      </div>
    </>
  );
}

const few = 6;

function Column({
  title,
  empty,
  children,
}: {
  readonly title: string;
  readonly empty: string;
  readonly children: readonly ReactNode[];
}) {
  return (
    <section>
      <h3 className={classes.title}>
        {title} <span>{children.length}</span>
      </h3>
      {children.length === 0 && <p className="fb-quiet">{empty}</p>}
      <List items={children.slice(0, few)} />
      {children.length > few && (
        <details className={classes.rest}>
          <summary>{children.length - few} more</summary>
          <List items={children.slice(few, 200)} />
        </details>
      )}
    </section>
  );
}

function List({ items }: { readonly items: readonly ReactNode[] }) {
  return (
    <ul className={classes.list}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the items carry keys of their own
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}
