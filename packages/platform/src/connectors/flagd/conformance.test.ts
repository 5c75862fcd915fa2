import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flagdId } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { actions } from './actions/index.ts';
import flagd from './index.ts';
import { evaluator, flags, gated, startFlagd } from './testing/flags.case.ts';

const signal = new AbortController().signal;
const root = mkdtempSync(join(tmpdir(), 'firebreak-flags-'));
const file = join(root, 'config/flags.json');
const home = 'github.com/acme/bot';
let running: Awaited<ReturnType<typeof startFlagd>>;

beforeAll(async () => {
  mkdirSync(join(root, 'config'));
  mkdirSync(join(root, '.git'));
  writeFileSync(join(root, '.git/config'), '[remote "origin"]\n\turl = git@github.com:acme/bot.git\n');
  writeFileSync(join(root, 'package.json'), '{"name": "bot"}');
  writeFileSync(file, flags);
  running = await startFlagd(file);
});
beforeEach(() => writeFileSync(file, flags));
afterAll(async () => {
  await running.stop();
  rmSync(root, { recursive: true });
});

const open = (spec: string) => flagd.connect(flagd.parse(spec), signal);
const config = { good: { from: 'flags.json' }, bad: { from: '' } };
connectorConformance({ name: 'flagd files', connector: flagd, open: () => open(root), config, secrets: ['hunter2'] });
connectorConformance({
  name: 'a running flagd',
  connector: flagd,
  open: () => open(running.url),
  config,
  secrets: ['hunter2'],
});

async function read(spec: string) {
  const session = await open(spec);
  const found = await collectSession(flagd, session, signal);
  await flagd.close(session);
  return found;
}

test('of a flag its state, names of variants, and what its metadata say; of a variant no value', async () => {
  const { estate, gaps } = await read(root);
  expect(gaps).toEqual([]);
  expect(estate.all('flagd.flag').map(({ data }) => data)).toMatchObject([
    {
      home,
      file: 'config/flags.json',
      key: 'agent-tools',
      variant: 'on',
      targeting: false,
      gates: [gated],
      safe: 'off',
    },
    { key: 'model-route', variants: ['big', 'safe'], variant: 'safe', targeting: true, gates: [] },
    { key: 'old', state: 'DISABLED' },
  ]);
  const graph = deriveGraph(estate, nodeRules, []);
  expect(graph.nodes[graph.resolve(flagdId(home, 'agent-tools', 'config/flags.json'))]).toMatchObject({
    kind: 'FeatureFlag',
  });
});

test('a running flagd tells what it answers; one that is not there, and one that is none, are gaps', async () => {
  const { estate } = await read(running.url);
  expect(estate.all('flagd.flag').map(({ data }) => [data.key, data.variant, data.targeting])).toEqual([
    ['agent-tools', 'on', false],
    ['model-route', 'safe', undefined],
  ]);
  expect((await read('http://127.0.0.1:9')).gaps).toMatchObject([
    { code: 'FB-HTTP-UNREACHABLE', kinds: ['flagd.flag'] },
  ]);
  expect((await read(join(root, 'package.json'))).gaps).toMatchObject([{ code: 'FB-OBJECT-IGNORED' }]);
});

describe('the application does it before, not after, and again after undo; flagd’s own evaluation judges', () => {
  const on = () => evaluator(file).resolveBooleanEvaluation('agent-tools', false).value;
  const route = (plan: string) => evaluator(file).resolveStringEvaluation('model-route', 'none', { plan }).value;

  async function pull(name: string, params: object, spec = `${root}#${running.url}`) {
    const action = actions.find(({ id }) => id === `flagd.${name}`);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${name}`);
    const { restore } = action.reversal;
    const attempt = { session: await open(spec), signal, key: 'test' };
    const parsed: unknown = action.params.parse({ home, file: 'config/flags.json', ...params });
    expect(flagd.answersFor?.(attempt.session, parsed)).toBe(true);
    const before = await action.read(attempt, parsed);
    const outcome = await action.apply(attempt, parsed, before.record);
    const results = await action.probe(attempt, parsed, before);
    return {
      outcome,
      results: results.map(({ result }) => result),
      undo: () => restore(attempt, parsed, before.record),
    };
  }

  test('a switch', async () => {
    expect(on()).toBe(true);
    const { outcome, results, undo } = await pull('set-variant', { flag: 'agent-tools', variant: 'off' });
    expect([outcome, results]).toEqual([{ outcome: 'done' }, ['holds', 'holds']]);
    expect(on()).toBe(false);
    expect(await undo()).toEqual({ outcome: 'done' });
    expect(on()).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(flags);
  });

  test('a route with a rule: for those of the rule as well', async () => {
    expect([route('gold'), route('free')]).toEqual(['hunter2-large', 'small']);
    const { results, undo } = await pull('set-variant', { flag: 'model-route', variant: 'safe' });
    expect(results).toEqual(['holds', 'holds']);
    expect([route('gold'), route('free')]).toEqual(['small', 'small']);
    expect(await undo()).toEqual({ outcome: 'done' });
    expect([route('gold'), route('free')]).toEqual(['hunter2-large', 'small']);
    expect(readFileSync(file, 'utf8')).toBe(flags);
  });

  test('disabled: the program falls back to what is written in it', async () => {
    const { results, undo } = await pull('disable', { flag: 'agent-tools' });
    expect(results).toEqual(['holds', 'holds']);
    for (const written of [true, false])
      expect(evaluator(file).resolveBooleanEvaluation('agent-tools', written).value).toBe(written);
    expect(await undo()).toEqual({ outcome: 'done' });
    expect(readFileSync(file, 'utf8')).toBe(flags);
  });

  test('without an address nobody can tell what runs; a variant or a flag that is not there is refused', async () => {
    const { results, undo } = await pull('set-variant', { flag: 'agent-tools', variant: 'off' }, root);
    expect(results).toEqual(['holds', 'cannot-tell']);
    await undo();
    for (const params of [
      { flag: 'agent-tools', variant: 'maybe' },
      { flag: 'gone', variant: 'off' },
    ]) {
      const { outcome } = await pull('set-variant', params);
      expect(outcome).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED' });
    }
    expect(readFileSync(file, 'utf8')).toBe(flags);
  });
});
