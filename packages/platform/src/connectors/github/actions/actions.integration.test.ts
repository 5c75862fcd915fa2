/**
 * The actions against a server that speaks GitHub as GitHub's own description says: every request and every answer is held against it,
 * and what differs is a fault that fails the test. Attackers come with their own tokens and plain HTTP.
 */
import { readdirSync } from 'node:fs';
import { type AnyAction, FirebreakError, lever } from '@firebreak/contract';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { asShown } from '../contract/acting.case.ts';
import { describedByGithub } from '../contract/description.case.ts';
import github from '../index.ts';
import { type GithubSession, openCheckout } from '../session.ts';
import { anyProtection } from './branch/protection.case.ts';
import { asTaken } from './branch/protection.ts';
import { failing, observe } from './cases/observed.case.ts';
import { cases, here, makeWorld, source, type World } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const attempt = (session: GithubSession) => ({ session, signal, key: 'test' });
const worlds: World[] = [];

afterEach(async () => {
  for (const { server, close } of worlds.splice(0)) {
    await close();
    expect(server.faults, 'GitHub’s description').toEqual([]);
  }
});

async function world(): Promise<World> {
  const made = await makeWorld();
  worlds.push(made);
  return made;
}

function actionOf(id: string): AnyAction<GithubSession> {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}

/** Everything that any action reads and can put back; numbers that GitHub gives are not ours to choose. */
async function stateOf({ session }: World): Promise<unknown> {
  const states: unknown[] = [];
  for (const each of cases) {
    const action = actionOf(each.action);
    if (action.reversal.kind === 'none') continue;
    const { record } = await action.read(attempt(session), action.params.parse(each.params));
    states.push({ of: `${each.action} ${each.name}`, record: withoutNumbers(record) });
  }
  return states;
}
function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(withoutNumbers)
      .map((each) => JSON.stringify(each))
      .sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (key === 'id' ? [] : [[key, withoutNumbers(each)]])),
  );
}

describe.each(cases)('$action $name', (each) => {
  const action = actionOf(each.action);
  const params: unknown = action.params.parse(each.params);

  test('read, preview, apply, prove, restore; the attacker is let in, kept out, let in', async () => {
    const at = await world();
    expect(await each.attack(at), 'before').toBe(true);
    const start = await stateOf(at);
    const seen = observe(at.session);
    const before = await action.read(attempt(seen.session), params);
    expect(seen.sent, 'reading writes nothing').toEqual([]);
    action.before.parse(JSON.parse(JSON.stringify(before.record)));
    const preview = action.preview(params, before.record);
    expect(preview.length).toBeGreaterThan(0);

    expect(await action.apply(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
    expect(seen.sent.map(({ method, path, json }) => ({ request: `${method} ${path}`, body: json }))).toEqual(
      preview.map(({ request, body }) => ({ request, body })),
    );
    const now = await action.read(attempt(at.session), params);
    expect(action.inEffect(now.record, params, before.record)).toBe(true);
    expect(await each.attack(at), 'after').toBe(false);
    const probes = await action.probe(attempt(at.session), params, before);
    expect({ probes, results: probes.map(({ result }) => result) }).toMatchObject({ results: each.probes });

    seen.sent.length = 0;
    expect(await action.apply(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
    expect(seen.sent, 'applying twice is applying once').toEqual([]);

    const { reversal } = action;
    if (reversal.kind === 'none') {
      expect(reversal.because).not.toBe('');
      return;
    }
    expect(await reversal.restore(attempt(at.session), params, before.record)).toEqual({ outcome: 'done' });
    const after = await action.read(attempt(at.session), params);
    expect(reversal.restored(after.record, params, before.record)).toBe(true);
    expect(await stateOf(at)).toEqual(start);
    expect(await each.attack(at), 'after undo').toBe(true);
    expect(await reversal.restore(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
    expect(seen.sent, 'restoring twice is restoring once').toEqual([]);
  });

  test('probes of what is not cut do not say that it is', async () => {
    const at = await world();
    const before = await action.read(attempt(at.session), params);
    const probes = await action.probe(attempt(at.session), params, before);
    expect(probes.some(({ result }) => result === 'fails')).toBe(true);
  });

  test.each(['never-left', 'answer-lost'] as const)('cut off at every write (%s), it resumes', async (how) => {
    for (let at = 0; ; at += 1) {
      const place = await world();
      const start = await stateOf(place);
      const before = (await action.read(attempt(place.session), params)).record;
      if (at >= action.preview(params, before).length) break;
      const broken = await action.apply(attempt(observe(place.session, { at, how }).session), params, before);
      // Once a write has gone through it would be wrong to say that nothing happened.
      expect(broken.outcome).toBe(how === 'answer-lost' || at > 0 ? 'unknown' : 'refused');
      if (broken.outcome === 'refused') expect(broken.retryable).toBe(true);
      const between = (await action.read(attempt(place.session), params)).record;
      if (!action.inEffect(between, params, before)) {
        if (at > 0) expect(action.isHalfway?.(between, params, before)).toBe(true);
        expect(await action.apply(attempt(place.session), params, before)).toEqual({ outcome: 'done' });
      }
      const now = (await action.read(attempt(place.session), params)).record;
      expect(action.inEffect(now, params, before)).toBe(true);
      if (action.reversal.kind === 'none') continue;
      expect(await action.reversal.restore(attempt(place.session), params, before)).toEqual({ outcome: 'done' });
      expect(await stateOf(place)).toEqual(start);
    }
  });

  test('undo, cut off at every write, resumes', async () => {
    const { reversal } = action;
    if (reversal.kind === 'none') return;
    for (let at = 0; ; at += 1) {
      const place = await world();
      const start = await stateOf(place);
      const before = (await action.read(attempt(place.session), params)).record;
      expect(await action.apply(attempt(place.session), params, before)).toEqual({ outcome: 'done' });
      const breaking = observe(place.session, { at, how: 'answer-lost' });
      await reversal.restore(attempt(breaking.session), params, before);
      expect(await reversal.restore(attempt(place.session), params, before)).toEqual({ outcome: 'done' });
      expect(await stateOf(place)).toEqual(start);
      if (breaking.sent.length <= at) break;
    }
  });

  test.each([
    ['forbidden', true, { outcome: 'refused', code: 'FB-HTTP-FORBIDDEN', retryable: false }],
    ['unauthorized', true, { outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', retryable: false }],
    ['throttled', true, { outcome: 'refused', code: 'FB-HTTP-THROTTLED', retryable: true }],
    ['refused', true, { outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false }],
    ['unreachable', false, { outcome: 'refused', code: 'FB-HTTP-UNREACHABLE', retryable: true }],
    ['unreachable', true, { outcome: 'unknown' }],
    ['timeout', true, { outcome: 'unknown' }],
    ['server-error', true, { outcome: 'unknown' }],
    ['response-invalid', true, { outcome: 'unknown' }],
  ] as const)('a write that is %s (sent: %s)', async (failure, sent, expected) => {
    const at = await world();
    const { record } = await action.read(attempt(at.session), params);
    const start = await stateOf(at);
    const broken = failing(at.session, failure, sent);
    expect(await action.apply(attempt(broken), params, record)).toMatchObject(expected);
    expect(await stateOf(at)).toEqual(start);
  });
});

test.each(cases.filter(({ interfere }) => interfere !== undefined))(
  '$action $name does not overwrite what somebody else changed since, there and back',
  async (each) => {
    const action = actionOf(each.action);
    const params: unknown = action.params.parse(each.params);
    const at = await world();
    const { record } = await action.read(attempt(at.session), params);
    each.interfere?.(at.company);
    const theirs = await stateOf(at);
    const refused = { outcome: 'refused', code: 'FB-STEP-CHANGED', retryable: true };
    expect(await action.apply(attempt(at.session), params, record)).toMatchObject(refused);
    expect(await stateOf(at)).toEqual(theirs);
  },
);

test('every action is in its own file, is named like it, and has a case', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `github.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual(files.sort());
});

test('what actions need is printed as permissions, and nothing that they do not need is to be written', () => {
  const reading = github.permissions([]);
  expect(reading).not.toContain(': write');
  const one = github.permissions(['github.disable-workflow']);
  expect(one).toMatch(/actions: write +# github\.disable-workflow/);
  expect(one.match(/: write/g)).toHaveLength(1);
  expect(github.permissions(['github.suspend-installation'])).toContain('private key of the app');
});

test('a file, another owner and another host are refused before anything is asked', async () => {
  const at = await world();
  await at.session.control?.host(signal);
  for (const each of cases) {
    const action = actionOf(each.action);
    const params = action.params.parse(each.params) as Record<string, unknown>;
    const file = attempt(openCheckout('/nowhere'));
    await expect(action.read(file, params)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
    const other = 'source' in params ? { ...params, source: 'other' } : { ...params, repository: 'acme/other' };
    for (const wrong of [other, { ...params, host: 'github.example' }]) {
      await expect(action.read(attempt(at.session), wrong)).rejects.toBeInstanceOf(FirebreakError);
      await expect(action.read(attempt(at.session), wrong)).rejects.toMatchObject({ code: 'FB-SOURCE-OTHER' });
      expect(github.answersFor?.(at.session, wrong)).toBe(false);
    }
    expect(github.answersFor?.(at.session, params)).toBe(true);
  }
  expect(github.canAct?.(at.session)).toBe(true);
  expect(github.canAct?.(openCheckout('/nowhere'))).toBe(false);
});

test('parameters name one thing, to the letter', () => {
  const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['github.disable-workflow', { ...here, workflow: '../x.yml' }],
    ['github.disable-workflow', { ...here, repository: 'acme/..', workflow: '.github/workflows/a.yml' }],
    ['github.lock-branch', { ...here, branch: 'a b' }],
    ['github.require-review', { ...here, branch: 'main', approvals: 0 }],
    ['github.remove-deploy-key', { ...here, key: 11, replacement: 'ssh-ed25519 AAAA; rm' }],
    ['github.lower-role', { ...here, kind: 'user', name: '../admin' }],
    ['github.disable-webhook', { ...source, host: 'github.com/x', webhook: 1 }],
  ];
  for (const [id, params] of wrong)
    expect(actionOf(id).params.safeParse(params).success, JSON.stringify(params)).toBe(false);
  for (const each of cases) {
    const action = actionOf(each.action);
    const parsed = action.params.parse(each.params) as Record<string, unknown>;
    expect(lever(each.action, parsed)).toEqual(lever(each.action, each.params));
    expect(action.target(parsed).id).toMatch(/^(github|git):/);
    expect(action.describe(parsed)).toMatch(/\.$/);
    expect(action.undoes(parsed)).toMatch(/\.$/);
  }
});

test('whatever protection a branch has, what we send and what we read of it is GitHub’s', () => {
  const description = describedByGithub();
  const path = '/repos/acme/models/branches/main/protection';
  const [read, put] = [description.operation(path), description.operation(path, 'put')];
  if (read === undefined || put === undefined) throw new Error('GitHub has no branch protection');
  const exempt = (faults: readonly string[]) => faults.filter((fault) => !/must have required property/.test(fault));
  fc.assert(
    fc.property(anyProtection, fc.boolean(), (set, signed) => {
      const shown: unknown = JSON.parse(JSON.stringify(asShown(set, signed)));
      expect(exempt(description.answerFaults(read, shown))).toEqual([]);
      expect(description.bodyFaults(put, asTaken(shown))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
