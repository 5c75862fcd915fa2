/** A step that hits many needs a second person: until then it waits, and what comes before it is done. */
import { executionSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textAt } from '../../packages/platform/src/intake/foreign.ts';
import { firebreak, parsed } from './testing/firebreak.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster } = theatre;
let stage: Stage;
beforeAll(async () => {
  stage = await theatre.newStage({ widelyUsed: true });
});
afterAll(() => theatre.close());

const accountUid = async () =>
  textAt(await cluster.get(['ServiceAccount', stage.world.namespace, 'runner']), 'metadata', 'uid');

test('one person is not enough: it waits before the drastic step', async () => {
  const uid = await accountUid();
  const execution = parsed(executionSchema, 1, await stage.contain().ended);
  expect(execution.state).toBe('waiting-approval');
  expect(execution.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done', 'waiting']);
  expect(execution.steps.at(-1)).toMatchObject({
    action: 'kubernetes.invalidate-tokens',
    approvals: [{ by: 'ada' }],
    approvalsNeeded: 2,
  });
  expect(await accountUid()).toBe(uid);
  const status = await firebreak('status', execution.incident, ...stage.where);
  expect(status.stdout).toMatch(/containing\. 5 of 6 steps done; the next one waits for approval\./);
});

test('the same person is not a second one, by whatever spelling, and not by asking again', async () => {
  const uid = await accountUid();
  for (const again of ['ada', 'ADA']) {
    const ended = await stage.contain('--second', again).ended;
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'FB-APPROVAL-SECOND-PERSON' } });
  }
  const asked = await stage.contain().ended;
  expect(parsed(executionSchema, 1, asked).state).toBe('waiting-approval');
  expect(asked.stderr).toMatch(/FB-APPROVAL-SECOND-PERSON/);
  expect(await accountUid()).toBe(uid);
});

test('another person lets it go on where it stood', async () => {
  const execution = parsed(executionSchema, 0, await stage.contain('--second', 'grace').ended);
  expect(execution.state).toBe('contained');
  expect(execution.steps.at(-1)?.approvals.map(({ by }) => by)).toEqual(['ada', 'grace']);
  expect(execution.incident).toBe(await stage.incident());
  expect(parsed(executionSchema, 0, await stage.undo(execution.incident).ended).state).toBe('undone');
});
