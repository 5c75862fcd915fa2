/** The part of `docs/actions.md` on one system, made from its actions themselves. */
import { type AnyAction, stages } from '@firebreak/contract';

export interface LeverPages {
  readonly title: string;
  /** What holds for all of them, in whole sentences. */
  readonly about: string;
  readonly connector: string;
  readonly actions: readonly AnyAction[];
  /** Fixed part by the name of the file. */
  readonly costs: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
}

export function describeLevers({ title, about, connector, actions, costs, weights }: LeverPages): string {
  const ordered = [...actions].sort(
    (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || (a.id < b.id ? -1 : 1),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = ['action', 'stage', 'does', 'on', 'cost', 'undo'];
  return [
    `# ${title}`,
    '',
    about,
    '',
    line(head),
    line(head.map(() => '---')),
    ...ordered.map((action) =>
      line([
        `\`${action.id}\``,
        action.stage,
        action.title,
        action.targetKinds.join(', '),
        String(costs[action.id.slice(connector.length + 1)]),
        action.reversal.kind === 'restore' ? 'exact' : `none: ${action.reversal.because}`,
      ]),
    ),
    '',
    `For each legitimate use that a step interrupts: ${Object.entries(weights)
      .map(([reach, weight]) => `${weight} (${reach})`)
      .join(', ')}; the planner weighs what its owner says of it.`,
    '',
    `\`firebreak permissions ${connector} <action>\` prints what exactly it needs. Beyond reading:`,
    '',
    ...ordered.map(({ id, permissions }) => `- \`${id}\`: ${permissions.map((each) => `\`${each}\``).join(', ')}`),
    '',
  ].join('\n');
}
