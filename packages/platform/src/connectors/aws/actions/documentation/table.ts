import { type AnyAction, stages } from '@firebreak/contract';
import { fixedCost, weights } from '../impact/price.ts';

/** The part of `docs/actions.md` on AWS, made from the actions themselves. */
export function describeAwsActions(actions: readonly AnyAction[]): string {
  const ordered = [...actions].sort(
    (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || (a.id < b.id ? -1 : 1),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = ['action', 'stage', 'does', 'on', 'cost', 'undo'];
  const costs: Readonly<Record<string, number>> = fixedCost;
  return [
    '# Actions on AWS',
    '',
    'Every step names the account and the whole ARN; another account than the open one is refused. AWS has few preconditions: the state is read again right before the first write, and what somebody else changed since is refused, not overwritten.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...ordered.map((action) =>
      line([
        `\`${action.id}\``,
        action.stage,
        action.title,
        action.targetKinds.join(', '),
        String(costs[action.id.replace('aws.', '')]),
        action.reversal.kind === 'restore' ? 'exact' : `none: ${action.reversal.because}`,
      ]),
    ),
    '',
    `For each legitimate use that a step interrupts: ${Object.entries(weights)
      .map(([reach, weight]) => `${weight} (${reach})`)
      .join(', ')}; the planner weighs what its owner says of it.`,
    '',
    '`firebreak permissions aws <action>` prints the policy. Beyond reading:',
    '',
    ...ordered.map(({ id, permissions }) => `- \`${id}\`: ${permissions.map((each) => `\`${each}\``).join(', ')}`),
    '',
  ].join('\n');
}
