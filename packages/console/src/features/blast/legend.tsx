import type { Drawing } from '@firebreak/contract/routes';
import classes from './legend.module.css';
import { RoleShape } from './role-shape.tsx';
import { roleWords } from './role-tag.tsx';

/** Names the shapes and lines that this drawing really has. */
export function Legend({ drawing }: { readonly drawing: Drawing }) {
  const present = new Set(drawing.nodes.map((node) => node.role));
  const severed = drawing.edges.some((edge) => edge.severed);
  return (
    <ul className={classes.legend} aria-label="Legend">
      {(Object.keys(roleWords) as (keyof typeof roleWords)[])
        .filter((role) => present.has(role))
        .map((role) => (
          <li key={role}>
            <RoleShape role={role} /> {roleWords[role].word}
          </li>
        ))}
      {severed && (
        <li>
          <svg width={22} height={4} aria-hidden="true">
            <line x1={0} y1={2} x2={22} y2={2} stroke="var(--fb-edge-severed)" strokeWidth={2} strokeDasharray="5 4" />
          </svg>{' '}
          Severed by the plan
        </li>
      )}
    </ul>
  );
}
