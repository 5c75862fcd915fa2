import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution, PlaybookRun, PlaybookWish } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallWorld, step, thing } from '../graph/small-world.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { bareWorld, run, testTerminal } from './testing/run.ts';
import type { ContainOptions, Desk, World } from './world.ts';

let folder: string;
let laid: PlaybookRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-playbook-'));
  const graph = smallWorld({ nodes: [thing('Pod/a/b')], edges: { REACH: [step('Pod/a/b', 'c')] } });
  const plan = makePlan(graph, { compromised: [0], protect: 'default', actions: [] }, await loadSolver());
  const byHand = { name: 'Look\u001b[2J', becomes: 'manual' as const, text: 'one\ntwo', levers: [], notRun: 'bash' };
  laid = {
    playbook: { id: 'playbook--1', name: 'Theirs', digest: 'd' },
    steps: [
      { ...byHand, step: 'action--1', confirm: true },
      { ...byHand, step: 'action--2', name: 'Write it up', notRun: null, confirm: false },
    ],
    notes: [],
    problems: [],
    signatures: [],
    plan,
  };
});
afterAll(() => rm(folder, { recursive: true }));

const execution: Execution = {
  id: 'exe_1',
  incident: 'inc_1',
  planDigest: '',
  direction: 'contain',
  state: 'contained',
  steps: [],
  proof: null,
};

function desk() {
  const wishes: PlaybookWish[] = [];
  const contained: ContainOptions[] = [];
  const of: Partial<Desk> = {
    preview: async () => [],
    contain: async (_, options) => {
      contained.push(options);
      return execution;
    },
    playbooks: {
      layOver: async (wish) => {
        wishes.push(wish);
        return laid;
      },
      exported: async () => ({ type: 'playbook' }),
      exportIncident: async function* () {
        yield* [];
      },
      responseEvents: async function* () {
        yield Buffer.from('{"class_uid":7001,"message":"a\\u001b"}\n{"class_uid":');
        yield Buffer.from('7004}\n');
      },
    },
    close: async () => {},
  };
  const openDesk: World['openDesk'] = async () => of as Desk;
  return { wishes, contained, world: bareWorld({ openDesk }) };
}
const where = () => ['--from', 'kubernetes:x', '--data', folder];

test('list, show and validate need no estate', async () => {
  const { world } = desk();
  const list = await run(world, ['playbook', 'list', '--json']);
  expect((JSON.parse(list.out) as { playbooks: unknown[] }).playbooks.length).toBe(14);
  const shown = await run(world, ['playbook', 'show', 'model-theft']);
  expect(shown.out).toContain('Message to Customers');
  const valid = await run(world, ['playbook', 'validate', 'model-theft']);
  expect(valid).toMatchObject({ exit: 0 });
  const text = await readFile(new URL('../../../../content/playbooks/model-theft.json', import.meta.url), 'utf8');
  const broken = testTerminal(text.replace('"workflow_start"', '"workflow_stop"'));
  const report = await run(world, ['playbook', 'validate', '-'], broken);
  expect(report.exit).toBe(1);
  expect(report.out).toContain('FB-PLAYBOOK-INVALID');
  expect((await run(world, ['playbook', 'show', join(folder, 'none.json')])).err).toContain('FB-PLAYBOOK-INVALID');
});

test('validate takes the schemas of others', async () => {
  const { world } = desk();
  const schema = join(folder, 'playbook.json');
  await writeFile(schema, JSON.stringify({ $id: 'https://e.org/playbook.json', required: ['priority'] }));
  const report = await run(world, ['playbook', 'validate', 'model-theft', '--schema', schema]);
  expect(report.out).toContain("must have required property 'priority'");
  expect((await run(world, ['playbook', 'validate', 'model-theft', '--schema', join(folder, 'none')])).exit).toBe(2);
});

test('run shows, with what the person says, and changes nothing', async () => {
  const { world, wishes, contained } = desk();
  const given = [
    '--compromised',
    'a',
    '--compromised',
    'b',
    '--set',
    '__x__:value=1=2',
    '--decide',
    'if--1=false',
    '--protect',
    'p',
  ];
  const { exit, out } = await run(world, ['playbook', 'run', 'model-theft', ...where(), ...given]);
  expect(exit).toBe(0);
  expect(wishes[0]).toMatchObject({
    compromised: ['a', 'b'],
    protect: 'p',
    variables: { __x__: '1=2' },
    decisions: { 'if--1': false },
  });
  expect(out).toContain('Look\\u001b[2J  by hand (bash is not run)  to be confirmed action--1\n  one\n  two');
  expect(out).toContain('Nothing was changed.');
  expect(contained).toEqual([]);
  const plan = join(folder, 'plan.json');
  await run(world, ['playbook', 'run', 'model-theft', ...where(), '--write-plan', plan]);
  expect(JSON.parse(await readFile(plan, 'utf8'))).toEqual(laid.plan);
});

test('run --approve wants what comes first by hand to be confirmed, and hands it on', async () => {
  const { world, contained } = desk();
  const approve = ['playbook', 'run', 'model-theft', ...where(), '--approve', '--as', 'ada'];
  const refused = await run(world, approve);
  expect(refused.exit).toBe(1);
  expect(refused.err).toContain('FB-PLAYBOOK-UNCONFIRMED');
  expect(contained).toEqual([]);
  for (const confirm of ['all', 'action--1']) {
    const done = await run(world, [...approve, '--confirm', confirm]);
    expect(done.exit).toBe(0);
    expect(done.out).toContain('Left to people: Write it up.');
  }
  expect(contained.map(({ playbook }) => playbook?.confirmed)).toEqual([['action--1'], ['action--1']]);
  expect((await run(world, [...approve, '--confirm', 'all', '--second', 'Ada'])).err).toContain(
    'FB-APPROVAL-SECOND-PERSON',
  );
});

test('export to a file or to standard output; events as lines', async () => {
  const { world } = desk();
  const file = join(folder, 'out.json');
  expect((await run(world, ['playbook', 'export', 'inc_1', '--data', folder, '-o', file])).exit).toBe(0);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ type: 'playbook' });
  expect((await run(world, ['playbook', 'export', 'inc_1', '--data', folder])).out).toContain('"type": "playbook"');
  const events = await run(world, ['status', 'inc_1', '--data', folder, '--ocsf']);
  expect(events.out).toBe('{"class_uid":7001,"message":"a\\u001b"}\n{"class_uid":7004}\n');
  expect((await run(world, ['status', '--data', folder, '--ocsf'])).exit).toBe(2);
});

test('words that are no options of it', async () => {
  const { world } = desk();
  for (const wrong of [
    ['--set', 'x'],
    ['--decide', 'x=maybe'],
    ['--decide', '=true'],
  ])
    expect((await run(world, ['playbook', 'run', 'model-theft', ...where(), ...wrong])).exit).toBe(2);
});
