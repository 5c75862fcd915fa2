import type { ThreatModel } from '@firebreak/contract/answers/threat-model';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { threatModelQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PathCard } from '../paths/path-card.tsx';
import { likelihoodWord } from '../paths/path-text.ts';
import { PickButton } from '../what-if/pick-button.tsx';
import { stepToggle } from '../what-if/tray.ts';
import classes from './threat-model-view.module.css';

/** Who can get the asset, how, and what would stop them: the answer itself, never somebody's markup. */
export function ThreatModelView({ asset }: { readonly asset: string }) {
  const answer = useQuery(threatModelQuery(asset));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={520} radius={8} />;
  const model = answer.data;
  return (
    <div className="fb-stack">
      <LimitedNotice completeness={model.completeness} meaning="there may be more ways to it than are shown." />
      <Panel title="Where an attacker can begin" flush aside={`impact ${model.impact.value} of 10`}>
        <EntryPoints model={model} />
      </Panel>
      <Panel title="What would stop them" flush>
        <Mitigations model={model} />
      </Panel>
      <Panel title="Techniques" aside={count(model.techniques.length, 'technique')}>
        <ul className={classes.techniques}>
          {model.techniques.map(({ id, framework, steps }) => (
            <li key={`${framework} ${id}`}>
              <strong>
                {framework === 'other' ? '' : `MITRE ${framework} `}
                {id}
              </strong>{' '}
              <span className="fb-quiet">{steps.join(', ')}</span>
            </li>
          ))}
        </ul>
      </Panel>
      {model.gaps.length > 0 && (
        <Panel title="What this rests on without knowing">
          <ul className={classes.gaps}>
            {model.gaps.map((gap) => (
              <li key={gap}>
                <ForeignText text={gap} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {model.threats.map((path, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paths have no identity of their own
        <PathCard key={index} path={path} allOpen={false} />
      ))}
    </div>
  );
}

function EntryPoints({ model }: { readonly model: ThreatModel }) {
  if (model.entryPoints.length === 0) {
    return <Empty title="Nothing reaches it.">From what was read, no other node of the estate leads here.</Empty>;
  }
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Of it reach the asset</th>
            <th scope="col">The nearest</th>
            <th scope="col">Its way</th>
          </tr>
        </thead>
        <tbody>
          {model.entryPoints.map((entry) => (
            <tr key={entry.class}>
              <td>{entry.class}</td>
              <td>
                {entry.reach.toLocaleString()} of {entry.of.toLocaleString()}
              </td>
              <td>
                <NodeLink node={entry.nearest} most={50} />
              </td>
              <td>
                {count(entry.steps, 'step')}, {likelihoodWord(entry.likelihood)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Mitigations({ model: { mitigations, chokepoints, threats } }: { readonly model: ThreatModel }) {
  if (mitigations.length === 0 && chokepoints.length === 0) {
    return <Empty title="Nothing to stop.">There is no way to it that could be cut.</Empty>;
  }
  return (
    <ul className={classes.mitigations}>
      {chokepoints.map((point) => (
        <li key={point.id}>
          <div>
            Keep <NodeLink node={point} /> from the attacker: every threat passes it.
          </div>
          <PickButton toggle={point.id} of={point.name} />
        </li>
      ))}
      {mitigations.map((mitigation) => (
        <li key={stepToggle(mitigation)}>
          <div>
            <ForeignText text={mitigation.cut} />
            <div className="fb-quiet">
              <code>{mitigation.type}</code> <NodeLink node={mitigation.from} most={40} /> →{' '}
              <NodeLink node={mitigation.to} most={40} />, in {mitigation.threats} of {count(threats.length, 'threat')}
            </div>
          </div>
          <PickButton
            toggle={mitigation.levers[0] ?? stepToggle(mitigation)}
            of={`${mitigation.type} from ${mitigation.from.name} to ${mitigation.to.name}`}
          />
        </li>
      ))}
    </ul>
  );
}
