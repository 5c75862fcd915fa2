import type { Asset } from '@firebreak/contract/answers/inventory';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { tagText } from '../../ui/tag-text.ts';
import { PickButton } from '../what-if/pick-button.tsx';
import classes from './about.module.css';
import { Reach } from './reach.tsx';
import { Steps } from './steps.tsx';

/** What its owner and its system say, what it reaches and what reaches it, and on which facts all that stands. */
export function About({ node }: { readonly node: Asset }) {
  const { about = {}, tenure = {}, detail = {}, labels = {} } = node;
  return (
    <div className={classes.columns}>
      <div className="fb-stack">
        <Panel title="What it is">
          <FactList
            facts={[
              ['Kind', node.kind],
              ['Namespace or account', node.namespace],
              ['Why it matters', node.jewel],
              ...Object.entries(detail).map(([name, value]) => [name, String(value)] as const),
            ]}
          />
        </Panel>
        <Panel title="What its owner says">
          <FactList
            facts={[
              ['Owner', about.owner ?? unknown],
              ['System', about.system],
              ['Sensitivity', about.sensitivity ?? unknown],
              ['Impact', about.impact === undefined ? undefined : `${about.impact} of 10`],
              ['Hosting', about.hosting],
              ['Vendor', about.vendor],
              ['SLA', about.sla],
              ['Retention', about.retention],
              ['Permitted use', about.permittedUse?.join(', ')],
              ...Object.entries(about.duties ?? {}).map(([topic, duty]) => [`Duty: ${topic}`, duty] as const),
              ['Tags', about.tags && Object.entries(about.tags).map(tagText).join(', ')],
            ]}
          />
        </Panel>
        {(node.class === 'identity' || node.class === 'credential') && (
          <Panel title="How long it is there">
            <FactList
              facts={[
                ['Lifetime', tenure.lifetime ?? unknown],
                ['Access', tenure.access ?? unknown],
                ['Created', dated(tenure.created)],
                ['Expires', dated(tenure.expires)],
                [
                  'Last used',
                  tenure.lastUsed === 'never' ? 'never, as its system keeps record' : dated(tenure.lastUsed),
                ],
              ]}
            />
          </Panel>
        )}
        {Object.keys(labels).length > 0 && (
          <Panel title="Labels">
            <FactList facts={Object.entries(labels)} />
          </Panel>
        )}
        <Facts facts={node.facts} />
      </div>
      <div className="fb-stack">
        <Reach id={node.id} />
        <Steps node={node} />
      </div>
    </div>
  );
}

function Facts({ facts }: { readonly facts: readonly string[] }) {
  return (
    <Panel title="Stands on these facts">
      {facts.length === 0 ? (
        <p className="fb-quiet">None: others name it, and its own object was not read.</p>
      ) : (
        <ul className={classes.facts}>
          {facts.map((fact) => (
            <li key={fact}>
              <ForeignText text={fact} mono most={90} /> <PickButton toggle={fact} of={fact} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const unknown = <span className="fb-quiet">not known</span>;

function dated(at: string | undefined) {
  return at === undefined ? unknown : <Moment at={at} />;
}
