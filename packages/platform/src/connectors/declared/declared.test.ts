/** Declared levers: their form, what is put into them, what becomes of every way in which a call can end. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import { actions } from './actions.ts';
import { type Gateway, routeLever, slot, startGateway } from './cases/gateway.case.ts';
import { definitionSchema } from './definition/definition.ts';
import { filled, filledArgument, filledUrl, isValue } from './definition/template.ts';
import declared from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-declared-'));
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => vi.stubEnv('GATEWAY_TOKEN', gateway.token));
afterEach(() => {
  vi.unstubAllEnvs();
  gateway.weights.set('chat', 100);
  gateway.changes.length = 0;
  gateway.next = 'answer';
});

let files = 0;
function written(...documents: readonly object[]): string {
  files += 1;
  const file = join(folder, `levers-${files}.yaml`);
  writeFileSync(file, documents.map((each) => JSON.stringify(each)).join('\n---\n'), { mode: 0o600 });
  return file;
}

connectorConformance({
  name: 'declared over files',
  connector: declared,
  open: async () => {
    const good = join(folder, 'good');
    mkdirSync(good, { recursive: true });
    writeFileSync(join(good, 'a.yaml'), JSON.stringify(routeLever(gateway.url)));
    writeFileSync(join(good, 'b.yaml'), JSON.stringify(routeLever(gateway.url, { id: 'x', stage: 'evidence' })));
    writeFileSync(join(good, 'c.yaml'), 'hello: world\n');
    return declared.connect(declared.parse(good), signal);
  },
  config: { good: { from: 'x' }, bad: { from: '-' } },
  secrets: ['gateway-token-of-the-test'],
  expectedGaps: ['FB-LEVER-INVALID', 'FB-OBJECT-IGNORED'],
});

async function leverOf(document: object, name = 'chat') {
  const from = written(document);
  const { estate, gaps } = await collectEstate(declared, declared.parse(from), signal);
  expect(gaps).toEqual([]);
  const [fact] = estate.all('declared.lever');
  if (fact === undefined) throw new Error('no lever');
  const { lever, definition, title, stage, because } = fact.data;
  const action = actions.find(({ id }) => id === `declared.${stage}${because === undefined ? '' : '-for-good'}`);
  if (action === undefined) throw new Error('no action');
  const target = { kind: 'Client', id: `t:Client/${name}`, name };
  const params: unknown = action.params.parse({ lever, definition, title, target, with: { route: name } });
  return { from, estate, action, params, attempt: { session: { from }, signal, key: 'test' } };
}

const attack = async () => (await fetch(`${gateway.url}/use/chat`)).status;

describe('a lever over HTTP', () => {
  test('the attacker gets through before, not after, and again after undo; the dry run shows what is sent', async () => {
    const { action, params, attempt } = await leverOf(routeLever(gateway.url));
    expect(await attack()).toBe(200);
    const before = await action.read(attempt, params);
    expect(before.record).toMatchObject({ found: true, state: { weight: 100 }, inEffect: false });
    const [shown] = action.preview(params, before.record);
    expect(shown).toMatchObject({
      request: `PATCH ${gateway.url}/routes/chat`,
      body: { weight: 0, by: 'firebreak for chat' },
      object: 't:Client/chat',
    });
    expect(await action.probe(attempt, params, before)).toMatchObject([{ result: 'fails' }]);

    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(
      gateway.changes.map(({ method, path, body }) => ({
        request: `${method} ${gateway.url}${path}`,
        body: JSON.parse(body),
      })),
    ).toEqual([{ request: shown?.request, body: shown?.body }]);
    expect(await attack()).toBe(403);
    const now = await action.read(attempt, params);
    expect(action.inEffect(now.record, params, before.record)).toBe(true);
    expect(await action.probe(attempt, params, before)).toMatchObject([{ result: 'holds' }]);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(gateway.changes.length, 'applying twice is applying once').toBe(1);

    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(gateway.weights.get('chat')).toBe(100);
    expect(await attack()).toBe(200);
    expect(action.reversal.restored((await action.read(attempt, params)).record, params, before.record)).toBe(true);
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(gateway.changes.length, 'restoring twice is restoring once').toBe(2);
  });

  test.each([
    ['lose', { outcome: 'unknown' }, 0],
    ['fail', { outcome: 'unknown' }, 100],
    ['flood', { outcome: 'unknown' }, 0],
    ['refuse', { outcome: 'refused', code: 'FB-HTTP-FORBIDDEN', retryable: false }, 100],
    ['conflict', { outcome: 'refused', code: 'FB-STEP-CHANGED', retryable: true }, 100],
    ['redirect', { outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false }, 100],
  ] as const)('a change that ends in %s', async (how, outcome, weight) => {
    const { action, params, attempt } = await leverOf(routeLever(gateway.url));
    const before = (await action.read(attempt, params)).record;
    gateway.next = how;
    expect(await action.apply(attempt, params, before)).toMatchObject(outcome);
    expect(gateway.weights.get('chat')).toBe(weight);
    // Whatever it was, reading again says what is the case, and applying again ends it.
    expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
    expect(gateway.weights.get('chat')).toBe(0);
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    gateway.next = how === 'lose' ? 'lose' : 'answer';
    await action.reversal.restore(attempt, params, before);
    expect(await action.reversal.restore(attempt, params, before)).toEqual({ outcome: 'done' });
    expect(gateway.weights.get('chat')).toBe(100);
  });

  test('a server that is not there is refused and tried later; nothing happened', async () => {
    const { action, params, attempt } = await leverOf(routeLever('http://127.0.0.1:9'));
    const was = { found: true, state: { weight: 100 }, inEffect: false, would: [] };
    expect(await action.apply(attempt, params, was)).toMatchObject({ outcome: 'refused', retryable: true });
  });

  test('what somebody else set since is not overwritten, neither by do nor by undo', async () => {
    const { action, params, attempt } = await leverOf(routeLever(gateway.url));
    const before = (await action.read(attempt, params)).record;
    gateway.weights.set('chat', 50);
    expect(await action.apply(attempt, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-STEP-CHANGED' });
    gateway.weights.set('chat', 100);
    expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
    gateway.weights.set('chat', 50);
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
    expect(await action.reversal.restore({ ...attempt, force: true }, params, before)).toEqual({ outcome: 'done' });
    expect(gateway.weights.get('chat')).toBe(100);
  });

  test('neither secret nor what a server echoes of it is in state, changes, evidence or refusals', async () => {
    const echoing = routeLever(gateway.url, {
      read: {
        http: {
          method: 'GET',
          url: `${gateway.url}/routes/\${route}`,
          headers: { authorization: { env: 'GATEWAY_TOKEN', prefix: 'Bearer ' } },
        },
        state: { weight: '/body/route/weight', note: '/body/route/note' },
      },
    });
    const { action, params, attempt } = await leverOf(echoing);
    const before = await action.read(attempt, params);
    gateway.next = 'refuse';
    const said = [
      before,
      action.preview(params, before.record),
      await action.apply(attempt, params, before.record),
      await action.probe(attempt, params, before),
    ];
    expect(JSON.stringify(said)).not.toContain(gateway.token);
    expect(before.record).toMatchObject({ state: { note: 'asked with Bearer …' } });
    vi.stubEnv('GATEWAY_TOKEN', '');
    expect(await action.apply(attempt, params, before.record)).toMatchObject({
      outcome: 'refused',
      code: 'FB-SOURCE-UNREADABLE',
    });
  });

  test('another definition than the one that was reviewed is not pulled', async () => {
    const { action, params, attempt, from } = await leverOf(routeLever(gateway.url));
    const before = (await action.read(attempt, params)).record;
    expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
    writeFileSync(from, JSON.stringify(routeLever(gateway.url, { cost: 5 })));
    await expect(action.read(attempt, params)).rejects.toMatchObject({ code: 'FB-LEVER-CHANGED' });
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before)).toMatchObject({ code: 'FB-LEVER-CHANGED' });
    expect(gateway.weights.get('chat')).toBe(0);
    writeFileSync(from, 'nothing: here\n');
    expect(await action.apply(attempt, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-LEVER-CHANGED' });
  });

  test('a file that everybody may write to is not believed', async () => {
    const { action, params, attempt, from } = await leverOf(routeLever(gateway.url));
    chmodSync(from, 0o666);
    await expect(action.read(attempt, params)).rejects.toMatchObject({ code: 'FB-LEVER-INVALID' });
  });

  test('a thing that is gone: absent, and by choice in effect', async () => {
    const gone = routeLever(gateway.url, { absentIsInEffect: true });
    const { action, params, attempt } = await leverOf(gone, 'nobody');
    const before = (await action.read(attempt, params)).record;
    expect(before).toMatchObject({ found: false, inEffect: true });
    expect(action.preview(params, before)).toEqual([]);
    expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
    expect(gateway.changes).toEqual([]);
  });

  test('without undo it is an action of its own that says why', async () => {
    const { undo: _, ...rest } = routeLever(gateway.url);
    const { action, estate, params } = await leverOf({ ...rest, because: 'A token that was burnt is gone.' });
    expect(action.id).toBe('declared.network-for-good');
    expect(action.reversal.kind).toBe('none');
    expect(estate.all('declared.lever')[0]?.data.because).toBe('A token that was burnt is gone.');
    expect(action.drastic(params, estate)).toBe(false);
    expect(action.impact(params, estate)).toMatchObject({ cost: 6, interrupts: [{ weight: 2 }] });
  });
});

const node = process.execPath;
const program = (source: string, more: object = {}) => ({ run: node, args: ['-e', source, slot('route')], ...more });
const commandLever = (store: string, more: object = {}) =>
  routeLever('http://127.0.0.1:9', {
    do: { command: program(`require('fs').writeFileSync(${JSON.stringify(store)}, '0')`) },
    undo: {
      command: program(
        `let t='';process.stdin.on('data',c=>t+=c).on('end',()=>require('fs').writeFileSync(${JSON.stringify(store)}, String(JSON.parse(t).weight)))`,
        { stdin: { weight: { $before: '/weight' } } },
      ),
    },
    read: {
      command: program(
        `console.log(JSON.stringify({weight: Number(require('fs').readFileSync(${JSON.stringify(store)}, 'utf8')), env: Object.keys(process.env).sort(), argv: process.argv.slice(1), cwd: process.cwd()}))`,
      ),
      state: { weight: '/output/weight', env: '/output/env', argv: '/output/argv', cwd: '/output/cwd' },
    },
    probes: [
      {
        what: 'It is closed',
        command: program(`process.exit(require('fs').readFileSync(${JSON.stringify(store)}, 'utf8') === '0' ? 7 : 0)`),
        holds: { exit: [7] },
      },
    ],
    ...more,
  });

describe('a lever by a command', () => {
  test('do, probe and undo, with nothing of our environment and the parameter as one argument', async () => {
    const store = join(folder, 'store');
    writeFileSync(store, '42');
    const name = '$(touch /tmp/x); `id` && "quoted" \'single\' *';
    const { action, params, attempt } = await leverOf(commandLever(store), name);
    const before = await action.read(attempt, params);
    expect(before.record).toMatchObject({ state: { weight: 42, argv: [name], cwd: '/' } });
    // Systems add variables of their own to every process; ours are not among them.
    expect(JSON.stringify(before.record.state.env)).not.toMatch(/PATH|HOME|GATEWAY/);
    expect(await action.probe(attempt, params, before)).toMatchObject([{ result: 'fails' }]);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await action.probe(attempt, params, before)).toMatchObject([{ result: 'holds' }]);
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect((await action.read(attempt, params)).record.state.weight).toBe(42);
  });

  test.each<[string, object, object]>([
    ['ends otherwise than expected', program('process.exit(3)'), { outcome: 'unknown' }],
    ['does not end', program('setInterval(() => {}, 1000)', { timeoutSeconds: 1 }), { outcome: 'unknown' }],
    [
      'leaves others behind that do not end',
      program(
        `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 5000)'], {stdio: 'inherit', detached: true}); setInterval(() => {}, 1000)`,
        { timeoutSeconds: 1 },
      ),
      { outcome: 'unknown' },
    ],
    [
      'prints without end',
      program(`for (;;) require('fs').writeSync(1, 'x'.repeat(65536))`, { maxBytes: 1000 }),
      { outcome: 'unknown' },
    ],
    ['is not there', { run: '/nowhere/at/all' }, { outcome: 'refused', code: 'FB-SOURCE-UNREADABLE' }],
    ['is a folder', { run: '/tmp' }, { outcome: 'refused', code: 'FB-LEVER-INVALID' }],
  ])('a program that %s', async (_, command, outcome) => {
    const store = join(folder, 'store');
    writeFileSync(store, '42');
    const { action, params, attempt } = await leverOf(
      commandLever(store, {
        do: { command },
        read: { command: { run: node, args: ['-p', '({weight: 42}).weight'] }, state: { weight: '/output' } },
      }),
    );
    const before = (await action.read(attempt, params)).record;
    expect(await action.apply(attempt, params, before)).toMatchObject(outcome);
  });

  test('a parameter that would be an option is not passed on', async () => {
    const { action, params, attempt } = await leverOf(commandLever(join(folder, 'store')), '--version');
    await expect(action.read(attempt, params)).rejects.toMatchObject({ code: 'FB-LEVER-INVALID' });
  });

  test('a program that everybody may rewrite is not run', async () => {
    const run = join(folder, 'open.sh.bin');
    writeFileSync(run, '#!/bin/true\n');
    chmodSync(run, 0o777);
    const { action, params, attempt } = await leverOf(
      commandLever(join(folder, 'store'), {
        do: { command: { run } },
        read: { command: { run: node, args: ['-p', '1'] }, state: { weight: '/output' } },
      }),
    );
    const before = (await action.read(attempt, params)).record;
    expect(await action.apply(attempt, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-LEVER-INVALID' });
  });
});

describe('what a declaration may not say', () => {
  const base = routeLever('https://gateway.example.com');
  const http = { method: 'GET', url: 'https://gateway.example.com/x' };
  test.each<[string, string, object]>([
    [
      'a server that a parameter chooses',
      'do.http.url',
      { do: { http: { method: 'PUT', url: `https://${slot('route')}/x` } } },
    ],
    [
      'credentials in the address',
      'do.http.url',
      { do: { http: { method: 'PUT', url: 'https://u:p@gateway.example.com/x' } } },
    ],
    ['a file', 'do.http.url', { do: { http: { method: 'PUT', url: 'file:///etc/passwd' } } }],
    ['a header that is not ours', 'do.http.headers', { do: { http: { ...http, headers: { Host: 'x' } } } }],
    ['two calls in one', 'do', { do: { http, command: { run: '/bin/true' } } }],
    ['no call at all', 'do', { do: {} }],
    ['a shell', 'do.command.run', { do: { command: { run: '/bin/bash', args: ['-c', 'x'] } } }],
    ['env', 'do.command.run', { do: { command: { run: '/usr/bin/env', args: ['sh'] } } }],
    ['a relative program', 'do.command.run', { do: { command: { run: 'kubectl' } } }],
    [
      'a parameter that there is not',
      'do',
      { do: { http: { ...http, url: `https://gateway.example.com/${slot('other')}` } } },
    ],
    ['neither undo nor why', 'undo', { undo: undefined }],
    ['both', 'undo', { because: 'x' }],
    ['nothing tried', 'probes', { probes: [] }],
    ['a probe that holds whatever comes', 'probes.0', { probes: [{ what: 'x', http, holds: {} }] }],
    [
      'reading by DELETE',
      'read.http.method',
      { read: { http: { ...http, method: 'DELETE' }, state: { a: '/status' } } },
    ],
    ['unknown words', '', { shell: 'rm -rf' }],
    ['evidence', 'stage', { stage: 'evidence' }],
    ['no right', 'permissions', { permissions: [] }],
    ['a comparison with nothing', 'inEffect.0', { inEffect: [{ at: '/weight' }] }],
    ['steps between any nodes, for one lever', 'severs', { severs: [{ edge: 'X', from: 'kind=A', to: 'kind=B' }] }],
    ['steps between any nodes, by declaration', 'shown', { shown: 'declaration' }],
    ['a title of two lines', 'title', { title: 'a\nb' }],
  ])('%s', (_, place, more) => {
    const parsed = definitionSchema.safeParse({ ...base, ...more });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(place);
  });
  test('the base is good', () => expect(definitionSchema.safeParse(base).error).toBeUndefined());

  test('a file says where: file, place and reason', async () => {
    const { gaps } = await collectEstate(
      declared,
      declared.parse(written(base, { ...base, id: 'b', cost: -1 }, base)),
      signal,
    );
    expect(gaps.map(({ where, reason }) => `${where} ${reason}`)).toEqual([
      expect.stringMatching(/levers-\d+\.yaml#2 cost: Too small/),
      expect.stringMatching(/levers-\d+\.yaml#3 id: drain-route is declared more than once/),
    ]);
  });
});

describe('what is put in is data', () => {
  const value = fc.string({ unit: 'binary', maxLength: 40 });
  test('in an address: the server, and how many parts the path has, are as declared', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const filling = { parameters: { a, b }, before: undefined };
        const make = () =>
          new URL(filledUrl(`https://gateway.example.com/v1/${slot('a')}/x/${slot('b')}?q=${slot('a')}`, filling));
        if (!isValue(a) || !isValue(b)) expect(make).toThrow(/FB-LEVER-INVALID/);
        else {
          const url = make();
          expect(url.origin).toBe('https://gateway.example.com');
          expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'v1', a, 'x', b]);
          expect([...url.searchParams.keys()]).toEqual(['q']);
          expect(url.hash).toBe('');
        }
      }),
    );
  });
  test('in JSON: only the string in which it stands is another', () => {
    fc.assert(
      fc.property(value.filter(isValue), fc.jsonValue(), (a, before) => {
        const made = filled(
          { x: [slot('a'), 1], y: { $before: '/k' }, z: null },
          { parameters: { a }, before: { k: before } },
        );
        expect(made).toEqual({ x: [a, 1], y: before, z: null });
        expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify({ x: [a, 1], y: before, z: null })));
      }),
    );
  });
  test('as an argument: never an option that was not written', () => {
    fc.assert(
      fc.property(value.filter(isValue), (a) => {
        const filling = { parameters: { a }, before: undefined };
        if (a.startsWith('-')) expect(() => filledArgument(slot('a'), filling)).toThrow(/option/);
        else expect(filledArgument(slot('a'), filling)).toBe(a);
        expect(filledArgument(`--route=${slot('a')}`, filling)).toBe(`--route=${a}`);
      }),
    );
  });
});
