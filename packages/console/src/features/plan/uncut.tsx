import type { Plan } from '@firebreak/contract/plan';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { Panel } from '../../ui/panel.tsx';
import { PathCard } from '../paths/path-card.tsx';
import classes from './uncut.module.css';

/** What the plan cannot cut, with the lever that is missing. Nothing when it cuts everything. */
export function Uncut({ plan }: { readonly plan: Plan }) {
  if (plan.uncut.length === 0) return null;
  return (
    <Panel title={`Stays reachable (${plan.uncut.length})`}>
      {plan.uncut.map(({ path, missing }) => (
        <details key={path.goal.id} className={classes.path}>
          <summary>
            <NodeName node={path.goal} />
            <div className={classes.missing}>
              <ForeignText text={missing} />
            </div>
          </summary>
          <PathCard path={path} allOpen={false} />
        </details>
      ))}
    </Panel>
  );
}
