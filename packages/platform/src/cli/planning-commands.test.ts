/** `plan` with wishes, `race`, `scope` and `impact` on a small estate, in words and in JSON as the contract has it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  breakageSchema,
  errorSchema,
  planCheckSchema,
  planChoiceSchema,
  planSchema,
  raceSchema,
  scopeAnswerSchema,
} from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { run } from './testing/run.ts';
import { smallEstate } from './testing/small-estate.ts';

const server = 'kubernetes:ServiceAccount/serving/server';
let folder: string;
let from: string;
let planFile: string;
const firebreak = (...argv: string[]) => run(world, argv);
const plan = (...more: string[]) => firebreak('plan', '--from', from, '--compromised', server, ...more);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-planning-'));
  from = await smallEstate(join(folder, 'estate'));
  planFile = join(folder, 'plan.json');
  await writeFile(planFile, (await plan('--json')).out);
});
afterAll(() => rm(folder, { recursive: true }));

test('every cost opens to its reasons, and they add up', async () => {
  const { steps, scope } = planSchema.parse(JSON.parse((await plan('--json')).out));
  for (const { cost, reasons = [] } of steps)
    expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(cost, 5);
  expect(scope?.answer).toBe('wider');
  expect((await plan('--reasons')).out).toContain(', by itself');
  expect((await plan()).out).not.toContain(', by itself');
});

test('a whole action may be forbidden, a lever pinned, and both together are a contradiction', async () => {
  const made = planSchema.parse(JSON.parse((await plan('--json')).out));
  const [cut] = made.steps.filter(({ reason }) => reason === 'cut');
  if (cut === undefined) throw new Error('no cut');
  const without = planSchema.parse(JSON.parse((await plan('--forbid', cut.lever.action, '--json')).out));
  expect(without.steps.map(({ lever }) => lever.action)).not.toContain(cut.lever.action);
  expect(without.forbidden).toEqual([cut.lever.action]);
  const pinned = await plan('--pin', cut.lever.key, '--json');
  expect(planSchema.parse(JSON.parse(pinned.out)).pinned).toEqual([cut.lever.key]);
  const both = await plan('--pin', cut.lever.key, '--forbid', cut.lever.action, '--json');
  expect(both).toMatchObject({ exit: 2, out: '' });
  expect(errorSchema.parse(JSON.parse(both.err).error).code).toBe('FB-PLAN-CONTRADICTION');
  const file = join(folder, 'pinned.json');
  await writeFile(file, pinned.out);
  const check = await firebreak('plan', 'check', file, '--from', from, '--json');
  expect(planCheckSchema.parse(JSON.parse(check.out)).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test('variants are made, confirmed and compared', async () => {
  for (const variant of ['full-freeze', 'staged', 'read-only', 'business-first']) {
    const { out, exit } = await plan('--variant', variant, '--json');
    expect(exit, variant).toBe(0);
    const file = join(folder, `${variant}.json`);
    await writeFile(file, out);
    const check = await firebreak('plan', 'check', file, '--from', from, '--json');
    expect(
      planCheckSchema.parse(JSON.parse(check.out)).checks.filter(({ ok }) => !ok),
      variant,
    ).toEqual([]);
  }
  const { options } = planChoiceSchema.parse(JSON.parse((await plan('--compare', '--json')).out));
  expect(options.map(({ name }) => name)).toContain('staged');
  expect((await plan('--compare')).out).toContain('nothing beats it');
  expect(await plan('--variant', 'brutal')).toMatchObject({ exit: 2 });
  expect(await plan('--variant', 'staged', '--compare')).toMatchObject({ exit: 2 });
});

test('a plan is raced: the same seed, the same numbers', async () => {
  const argv = ['race', planFile, '--from', from, '--runs', '200'];
  const one = await firebreak(...argv, '--json');
  expect(one).toMatchObject({ exit: 0, err: '' });
  const race = raceSchema.parse(JSON.parse(one.out));
  expect(race.orders[0]?.name).toBe('as planned');
  expect((await firebreak(...argv, '--json')).out).toBe(one.out);
  expect((await firebreak(...argv)).out).toContain('as planned');
  expect(await firebreak(...argv, '--refresh', '0')).toMatchObject({ exit: 2 });
});

test('scope and impact answer, in words and as the contract has it', async () => {
  const scope = await firebreak('scope', '--from', from, '--compromised', server, '--json');
  expect(scopeAnswerSchema.parse(JSON.parse(scope.out))).toMatchObject({
    answer: 'wider',
    frontierCount: expect.any(Number),
  });
  expect((await firebreak('scope', '--from', from, '--compromised', server)).out).toContain('wider');
  const impact = await firebreak('impact', server, '--from', from, '--json');
  expect(breakageSchema.parse(JSON.parse(impact.out)).ways.length).toBeGreaterThan(0);
  expect((await firebreak('impact', server, '--from', from)).out).toContain('No record of use was read');
  const { steps } = planSchema.parse(JSON.parse((await plan('--json')).out));
  const key = steps.find(({ reason }) => reason === 'cut')?.lever.key ?? '';
  const lever = await firebreak('impact', key, '--from', from, '--json');
  expect(breakageSchema.parse(JSON.parse(lever.out)).ways).toMatchObject([{ lever: { key }, severs: 1 }]);
  expect(await firebreak('impact', 'nobody', '--from', from)).toMatchObject({ exit: 2, out: '' });
});
