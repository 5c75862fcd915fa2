/**
 * The gate on data with known poison, and on data with none: how often each plant is found by the check that is there for it, and how
 * often honest data is held back.
 */
import { describe, expect, test } from 'vitest';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { columnsOf } from '../../packages/platform/src/detection/poisoning/columns.ts';
import { judgeData } from '../../packages/platform/src/detection/poisoning/gate.ts';
import { dataChecks } from '../../packages/platform/src/detection/poisoning/index.ts';
import { gatePolicySchema } from '../../packages/platform/src/detection/poisoning/policy.ts';
import { poisons, rowsOf, type Ticket, tickets } from './datasets.ts';

const policy = gatePolicySchema.parse({ label: 'label' });
const size = 1500;
const rounds = 1;

async function gate(candidate: readonly Ticket[], reference: readonly Ticket[]) {
  const trusted = rowsOf(reference);
  const input = {
    policy,
    columns: columnsOf(trusted, policy),
    reference: trusted,
    golden: undefined,
    files: undefined,
    lineage: undefined,
    answers: undefined,
  };
  return judgeData({ candidate: rowsOf(candidate), input, checks: dataChecks, gaps: () => [] });
}
const found = (answer: Awaited<ReturnType<typeof gate>>) =>
  answer.checks.filter(({ verdict }) => verdict === 'hold' || verdict === 'fail').map(({ check }) => check);

test('honest data passes', async () => {
  const held: string[] = [];
  const many = 6;
  for (let round = 0; round < many; round += 1) {
    const answer = await gate(tickets(size, `new ${round}`), tickets(size, `old ${round}`));
    if (answer.verdict !== 'pass') held.push(...found(answer));
  }
  console.log(`honest data: ${many - held.length} of ${many} pass; held by ${held.join(', ') || 'nothing'}`);
  expect(held.length).toBeLessThanOrEqual(1);
}, 300_000);

describe('planted poison', () => {
  test.each(Object.entries(poisons))(
    '%s',
    async (name, { check, poison }) => {
      let right = 0;
      const others = new Set<string>();
      for (let round = 0; round < rounds; round += 1) {
        const clean = tickets(size, `new ${round}`);
        const answer = await gate(poison(clean, drawsFor(`poison ${round}`)), tickets(size, `old ${round}`));
        const by = found(answer);
        if (by.includes(check)) right += 1;
        for (const other of by) if (other !== check) others.add(other);
      }
      console.log(
        `${name}: ${right}/${rounds} by ${check}${others.size > 0 ? `, also ${[...others].join(', ')}` : ''}`,
      );
      expect(right).toBe(rounds);
    },
    120_000,
  );
});
