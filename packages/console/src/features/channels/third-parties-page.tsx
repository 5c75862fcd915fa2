import type { ThirdParties } from '@firebreak/contract/answers/third-parties';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { thirdPartiesQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { PathCard } from '../paths/path-card.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import { stepToggle } from '../what-if/tray.ts';
import classes from './channel-card.module.css';
import { ChannelsNav } from './channels-nav.tsx';

type Vendor = ThirdParties['vendors'][number];

/** What others run for us: what they can get, what would constrain them, and what they owe us. */
export function ThirdPartiesPage() {
  const answer = useQuery(thirdPartiesQuery);
  return (
    <>
      <PageHead
        title="Third parties"
        about="Services that others run for us: what they can get, what would constrain them, what they owe us."
        completeness={answer.data?.completeness}
      />
      <ChannelsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data?.vendors.length === 0 && (
        <Empty title="No third party is known.">
          Say who runs what for you: a <code>vendor</code> in a catalogue that is read with <code>--from catalog:</code>
          .
        </Empty>
      )}
      <div className="fb-stack">
        {answer.data?.vendors.map((vendor) => (
          <VendorPanel key={vendor.vendor} vendor={vendor} />
        ))}
      </div>
    </>
  );
}

const mostReached = 30;

function VendorPanel({ vendor }: { readonly vendor: Vendor }) {
  return (
    <Panel
      title={<ForeignText text={vendor.vendor} most={120} />}
      aside={`${count(vendor.services.length, 'service')}, reached from ${count(vendor.reachedFrom, 'node')} of ours`}
    >
      {vendor.missing.length > 0 && (
        <Notice tone="warn" title="The inventory does not say:">
          <ForeignText text={vendor.missing.join(', ')} />
        </Notice>
      )}
      <div className={classes.vendor}>
        <div className={classes.columns}>
          {vendor.services.map((service) => (
            <section key={service.id}>
              <h3 className={classes.title}>
                <NodeLink node={service} most={44} />
              </h3>
              <FactList
                facts={[
                  ['Owner', service.owner],
                  ['Hosting', service.hosting],
                  ['SLA', service.sla],
                  ['Permitted use', service.permittedUse.length === 0 ? undefined : service.permittedUse.join(', ')],
                  ...Object.entries(service.duties).map(([topic, duty]) => [topic, duty] as const),
                ]}
              />
              {isSilent(service) && <p className="fb-quiet">The inventory says nothing of it.</p>}
            </section>
          ))}
        </div>
        <section>
          <h3 className={classes.title}>
            Can get <span>{vendor.reaches.length}</span>
          </h3>
          {vendor.reaches.length === 0 && <p className="fb-quiet">none of our data, models, agents or tools</p>}
          <ul className={classes.list}>
            {vendor.reaches.slice(0, mostReached).map((node) => (
              <li key={node.id}>
                <NodeLink node={node} most={40} />{' '}
                <Tag tone={node.access === 'write' ? 'warn' : 'neutral'}>
                  {node.access === 'write' ? 'can change it' : 'can read it'}
                </Tag>{' '}
                {node.jewel !== undefined && <Tag tone="jewel">crown jewel</Tag>}{' '}
                {node.sensitivity !== undefined && (
                  <span className="fb-quiet">
                    <ForeignText text={node.sensitivity} most={30} />
                  </span>
                )}
              </li>
            ))}
            {vendor.reaches.length > mostReached && (
              <li className="fb-quiet">and {vendor.reaches.length - mostReached} more</li>
            )}
          </ul>
        </section>
      </div>
      {vendor.constrain.length > 0 && (
        <section>
          <h3 className={classes.title}>What would constrain it</h3>
          <ul className={classes.list}>
            {vendor.constrain.slice(0, 40).map((step) => (
              <li key={stepToggle(step)}>
                <ForeignText text={step.cut} />{' '}
                <span className="fb-quiet">
                  <code>{step.type}</code> → <ForeignText text={step.to.name} most={40} mono />
                </span>{' '}
                <PickButton toggle={stepToggle(step)} of={`${step.type} from ${step.from.name} to ${step.to.name}`} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {vendor.why !== undefined && <PathCard path={vendor.why} allOpen={false} />}
    </Panel>
  );
}

function isSilent({ owner, hosting, sla, permittedUse, duties }: Vendor['services'][number]): boolean {
  const said = owner ?? hosting ?? sla;
  return said === undefined && permittedUse.length === 0 && Object.keys(duties).length === 0;
}
