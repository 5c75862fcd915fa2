import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  blastSchema,
  catalogue,
  edgeLineSchema,
  errorSchema,
  nodeLineSchema,
  type Plan,
  pathsSchema,
  planCheckSchema,
  planSchema,
} from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { run, testTerminal } from './testing/run.ts';
import { smallEstate } from './testing/small-estate.ts';

const server = 'kubernetes:ServiceAccount/serving/server';
const secret = 'kubernetes:Secret/serving/registry';
let folder: string;
/** Whole, and one with a document that cannot be read. */
let from: string;
let limited: string;
let planFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-cli-'));
  from = await smallEstate(join(folder, 'estate'));
  limited = await smallEstate(join(folder, 'limited'), '---\nkind: [broken\n');
  planFile = join(folder, 'plan.json');
  const { out } = await firebreak('plan', '--from', from, '--compromised', server, '--json');
  await writeFile(planFile, out);
});
afterAll(() => rm(folder, { recursive: true }));

const firebreak = (...argv: string[]) => run(world, argv);

/** What every command that reads must do with the same things. */
const readers: Record<string, string[]> = {
  collect: ['collect'],
  nodes: ['nodes'],
  edges: ['edges'],
  blast: ['blast', '--compromised', server],
  paths: ['paths', '--start', server],
  plan: ['plan', '--compromised', server],
};

describe.each(Object.entries(readers))('%s', (_, argv) => {
  test('done is 0, for people and for programs', async () => {
    const human = await firebreak(...argv, '--from', from);
    expect(human).toMatchObject({ exit: 0, err: '' });
    expect(human.out.length).toBeGreaterThan(10);
    const machine = await firebreak(...argv, '--from', from, '--json');
    expect(machine).toMatchObject({ exit: 0, err: '' });
    expect(JSON.parse(machine.out)).toMatchObject({ completeness: { answer: 'complete' } });
  });

  test('a limited answer is 3 and says what it lacks', async () => {
    const human = await firebreak(...argv, '--from', limited);
    expect(human.exit).toBe(3);
    expect(human.err).toContain('FB-YAML-INVALID');
    expect(human.err).toContain(catalogue['FB-YAML-INVALID'].next);
    const machine = await firebreak(...argv, '--from', limited, '--json');
    expect(machine.exit).toBe(3);
    expect(JSON.parse(machine.out)).toMatchObject({ completeness: { answer: 'limited' } });
  });

  test('without a source it is 2', async () => {
    for (const source of [[], ['--from', 'kubernetes:/nowhere/at/all'], ['--from', 'oracle:x'], ['--from', '']]) {
      const { exit, err, out } = await firebreak(...argv, ...source, '--json');
      expect(exit, source.join(' ')).toBe(2);
      expect(errorSchema.parse(JSON.parse(err).error).next).not.toBe('');
      expect(out).toBe('');
    }
  });
});

test.each([
  [[]],
  [['nonsense']],
  [['nodes', '--nonsense']],
  [['blast', '--from', 'kubernetes:x']],
  [['paths', '--from', 'kubernetes:x', '--start', 'a', '--limit', 'many']],
  [['paths', '--from', 'kubernetes:x', '--start', 'a', '--limit', '0']],
  [['nodes', '--from', 'kubernetes:x', '--convention', 'bloodhound']],
  [['nodes', '--from', 'kubernetes:x', 'surplus']],
  [['nodes', '--from', 'kubernetes:x', '--json', '--jsonl']],
  [['serve', '--port', '99999']],
  [['serve', '--demo', '--kubeconfig', 'x']],
  [['evidence']],
  [['completion', 'powershell']],
])('%j is 2 and says what is wrong, in words and in JSON', async (argv) => {
  const human = await firebreak(...argv);
  expect(human).toMatchObject({ exit: 2, out: '' });
  expect(human.err).not.toBe('');
  const machine = await firebreak(...argv, '--json');
  expect(machine).toMatchObject({ exit: 2, out: '' });
  expect(JSON.parse(machine.err)).toMatchObject({ error: { code: 'FB-USAGE' } });
});

test.each([[['--help']], [['help', 'plan']], [['plan', 'check', '--help']], [['--version']]])(
  '%j is 0 and goes to standard output',
  async (argv) => {
    const { exit, out, err } = await firebreak(...argv);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).not.toBe('');
  },
);

describe('nodes and edges', () => {
  test('are one JSON object a line, as the contract has it', async () => {
    const nodes = (await firebreak('nodes', '--from', from, '--jsonl')).out.trimEnd().split('\n');
    const parsed = nodes.map((line) => nodeLineSchema.strict().parse(JSON.parse(line)));
    expect(parsed.map(({ id }) => id)).toContain(server);
    const edges = (await firebreak('edges', '--from', from, '--jsonl')).out.trimEnd().split('\n');
    const read = edges.map((line) => edgeLineSchema.strict().parse(JSON.parse(line)));
    expect(read.map(({ to }) => to.id)).toContain(secret);
  });

  test('are the same in one document', async () => {
    const { out } = await firebreak('nodes', '--from', from, '--json');
    const lines = (await firebreak('nodes', '--from', from, '--jsonl')).out.trimEnd().split('\n');
    expect(JSON.parse(out).nodes).toEqual(lines.map((line) => JSON.parse(line)));
  });

  test("speak KubeHound's words when asked", async () => {
    const argv = ['--from', from, '--jsonl', '--convention', 'kubehound'];
    const kinds = (await firebreak('nodes', ...argv)).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toContain('Identity');
    expect(kinds).not.toContain('ServiceAccount');
    const edges = (await firebreak('edges', ...argv)).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(edges.every(({ type, aka }) => type === aka.kubehound && /^[A-Z_]+$/.test(type))).toBe(true);
  });

  test('never hold what a secret holds', async () => {
    const { out } = await firebreak('nodes', '--from', from, '--json');
    expect(out).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});

describe('a node', () => {
  test.each([server, 'ServiceAccount/serving/server', 'Pod/model-0'])('is found by %s', async (node) => {
    const { out, exit } = await firebreak('blast', '--from', from, '--compromised', node, '--json');
    expect(exit).toBe(0);
    expect(blastSchema.parse(JSON.parse(out)).reached.map(({ id }) => id)).toContain(secret);
  });

  test('that is ambiguous or unknown is 2 and lists what was meant', async () => {
    const both = ['kubernetes:ServiceAccount/other/server', 'kubernetes:ServiceAccount/serving/server'];
    const ambiguous = await firebreak('blast', '--from', from, '--compromised', 'ServiceAccount/server');
    expect(ambiguous.exit).toBe(2);
    for (const id of both) expect(ambiguous.err).toContain(`  - ${id}\n`);
    const unknown = await firebreak('paths', '--from', from, '--start', 'Deployment/prod/server', '--json');
    expect(unknown.exit).toBe(2);
    const { error } = JSON.parse(unknown.err);
    expect(error).toMatchObject({ code: 'FB-NODE-UNKNOWN' });
    expect(error.detail.candidates).toEqual(expect.arrayContaining(both));
  });
});

test('paths go to a goal step by step', async () => {
  const argv = ['paths', '--from', from, '--start', server, '--goal', secret];
  const paths = pathsSchema.parse(JSON.parse((await firebreak(...argv, '--json')).out)).paths;
  expect(paths[0]?.steps.at(-1)?.to.id).toBe(secret);
  expect((await firebreak(...argv)).out).toContain(`→ ${secret}`);
  const nowhere = await firebreak('paths', '--from', from, '--start', 'ServiceAccount/other/server');
  expect(nowhere).toMatchObject({ exit: 0 });
  expect(nowhere.out).toContain('Nothing that matters can be reached');
});

describe('plan', () => {
  test('is one JSON document with its proof, the same each time', async () => {
    const text = await readFile(planFile, 'utf8');
    const plan = planSchema.parse(JSON.parse(text));
    expect(plan.verdict).toBe('contained');
    expect(plan.steps.length).toBeGreaterThan(0);
    expect((await firebreak('plan', '--from', from, '--compromised', server, '--json')).out).toBe(text);
  });

  test('reads as steps with why and undo', async () => {
    const { out } = await firebreak('plan', '--from', from, '--compromised', server);
    expect(out).toMatch(/ 1\. .*\n {5}why .*\n/);
    expect(out).toContain('undo');
    expect(out).toContain('Digest ');
  });

  test('does without the levers that are forbidden', async () => {
    const { steps } = planSchema.parse(JSON.parse(await readFile(planFile, 'utf8')));
    const [cut] = steps.filter(({ reason }) => reason === 'cut');
    const { out } = await firebreak(
      ...['plan', '--from', from, '--compromised', server, '--forbid', cut?.lever.key ?? '', '--json'],
    );
    expect(planSchema.parse(JSON.parse(out)).steps.map(({ lever }) => lever.key)).not.toContain(cut?.lever.key);
  });

  test('wants to know what is compromised, and a selector that can be read', async () => {
    expect((await firebreak('plan', '--from', from)).exit).toBe(2);
    const { exit, err } = await firebreak(
      'plan',
      '--from',
      from,
      '--compromised',
      server,
      '--protect',
      'nonsense',
      '--json',
    );
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-SELECTOR-INVALID');
  });
});

describe('plan check', () => {
  const check = (...argv: string[]) => firebreak('plan', ...argv);

  test('takes --from and --json on either side', async () => {
    const sides = [
      ['check', planFile, '--from', from, '--json'],
      ['--from', from, '--json', 'check', planFile],
      ['--from', from, 'check', '--json', planFile],
    ];
    for (const argv of sides) {
      const { exit, out } = await check(...argv);
      expect(exit, argv.join(' ')).toBe(0);
      expect(planCheckSchema.parse(JSON.parse(out)).ok).toBe(true);
    }
    expect((await check('check', planFile)).exit).toBe(2);
  });

  test('does not take what the plan itself says', async () => {
    expect((await check('check', planFile, '--from', from, '--protect', 'class=model')).exit).toBe(2);
    expect((await check('--compromised', server, '--from', from, 'check', planFile)).exit).toBe(2);
  });

  test('a forged plan is 1, also on a limited estate', async () => {
    const plan = JSON.parse(await readFile(planFile, 'utf8')) as Plan;
    const forged = join(folder, 'forged.json');
    await writeFile(forged, JSON.stringify({ ...plan, steps: plan.steps.slice(1) }));
    for (const source of [from, limited]) {
      const { exit, out } = await check('check', forged, '--from', source);
      expect(exit).toBe(1);
      expect(out).toContain('FAIL  ');
    }
  });

  test('reads a plan from standard input', async () => {
    const terminal = testTerminal(await readFile(planFile));
    const { exit } = await run(world, ['plan', 'check', '-', '--from', from], terminal);
    expect(exit).toBe(0);
  });

  test.each(['', '{', '[]', '{"format": "firebreak-plan/1"}', '\u0000\u0001'])('%j is no plan', async (text) => {
    const file = join(folder, 'garbage.json');
    await writeFile(file, text);
    const { exit, err } = await check('check', file, '--from', from, '--json');
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-PLAN-INVALID');
  });

  test.each(['/nowhere/plan.json', tmpdir()])('%s is no plan either', async (file) => {
    const { exit, err } = await check('check', file, '--from', from, '--json');
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-PLAN-INVALID');
  });
});

test('permissions are a role to apply', async () => {
  const { exit, out } = await firebreak('permissions', 'kubernetes', 'all');
  expect(exit).toBe(0);
  expect(out).toContain('kind: ClusterRole');
  const json = JSON.parse((await firebreak('permissions', 'kubernetes', '--json')).out);
  expect(json).toMatchObject({ connector: 'kubernetes', actions: [] });
  expect((await firebreak('permissions', 'oracle')).exit).toBe(2);
  expect((await firebreak('permissions', 'kubernetes', 'kubernetes.reboot-the-moon')).exit).toBe(2);
});

test('an interrupt ends the reading with FB-CANCELLED', async () => {
  const terminal = testTerminal();
  const open: typeof world.open = (_spec, signal) => {
    terminal.interrupt();
    signal.throwIfAborted();
    throw new Error('it was not aborted');
  };
  const { exit, err } = await run({ ...world, open }, ['nodes', '--from', 'kubernetes:x', '--json'], terminal);
  expect(exit).toBe(1);
  expect(JSON.parse(err).error.code).toBe('FB-CANCELLED');
});
