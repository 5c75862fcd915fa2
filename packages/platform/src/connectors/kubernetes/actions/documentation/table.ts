import { type AnyAction, stages } from '@firebreak/contract';
import { fixedCost, reachWeights, slaLabel } from '../impact/business-weight.ts';

/**
 * The page `docs/actions.md`, made from the actions themselves; `npm run check:docs` compares the two.
 */
export function describeActions(actions: readonly AnyAction[]): string {
  const ordered = [...actions].sort(
    (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || (a.id < b.id ? -1 : 1),
  );
  return [
    '# Actions on Kubernetes',
    '',
    'Generated from the actions (`packages/platform/src/connectors/kubernetes/actions`) by `npm run docs`. Which attack steps each severs is in [edges.md](edges.md).',
    '',
    `Stages happen in this order: ${stages.join(', ')}.`,
    '',
    ...table(
      ['action', 'stage', 'does', 'on', 'cost', 'undo'],
      ordered.map((action) => [
        `\`${action.id}\``,
        action.stage,
        action.title,
        kinds(action.targetKinds),
        String(fixedCost[action.id.replace('kubernetes.', '') as keyof typeof fixedCost]),
        action.reversal.kind === 'restore' ? 'exact' : `none: ${action.reversal.because}`,
      ]),
    ),
    '',
    '## Cost',
    '',
    `Each step costs the fixed points above and, for each legitimate use that it interrupts, ${weights()}. Twice that where the workload or its namespace is labelled \`${slaLabel}: gold\` or \`critical\`.`,
    '',
    '## What our own credential needs',
    '',
    '`firebreak permissions kubernetes` prints the role. Reading needs `get` and `list` on what is collected; beyond that:',
    '',
    ...ordered
      .filter(({ stage }) => stage !== 'evidence')
      .flatMap((action) => [`- \`${action.id}\`: ${action.permissions.map((each) => `\`${each}\``).join(', ')}`]),
    '',
  ].join('\n');
}

function kinds(all: readonly string[]): string {
  return all.join(', ');
}

function weights(): string {
  return Object.entries(reachWeights)
    .map(([reach, weight]) => `${weight} (${reach})`)
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
