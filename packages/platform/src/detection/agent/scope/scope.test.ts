/** Task scopes: what people write, what is refused with its line, and how calls are judged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentCallOf } from '../call.ts';
import { heard, type Told, told } from '../testing/agent-events.ts';
import { knownScopes, readScopeFolder, shippedScopes } from './index.ts';
import { judgeCall, type Used } from './judge-call.ts';
import { outsideScope } from './outside-scope.ts';
import { readTaskScope } from './read-scope.ts';
import { fits, type TaskScope } from './task-scope.ts';

const scopeOf = (text: string): TaskScope => {
  const read = readTaskScope('s.yaml', text);
  if ('problem' in read) throw new Error(`${read.problem.line}: ${read.problem.reason}`);
  return read.scope;
};
const judge = (text: string, call: Told, used = new Map<string, Used>(), at = 0) => {
  const made = agentCallOf(told(at, call));
  if (made === undefined) throw new Error('It is no call.');
  return judgeCall([scopeOf(text)], made, used);
};
const head = 'scope: one\nagents: [helper]\n';

describe('a scope that is wrong is refused with its line', () => {
  test.each([
    ['scope: one\nallow: []\n', 1, /neither for which agents nor for which tasks/],
    [`${head}allow:\n  - tool: [a]\n`, 4, /"tool" is not understood here; known are tools/],
    [`${head}allow:\n  - servers: [a]\n`, 4, /names no tools/],
    [`${head}allow:\n  - tools: [a]\n    hours: {days: [someday]}\n`, 5, /"someday" is no day/],
    [`${head}allow:\n  - tools: [a]\n    hours: {from: '25:00'}\n`, 5, /no time of the day/],
    [`${head}allow:\n  - tools: [a]\n    amounts: {rows: 5}\n`, 5, /"rows" is not understood/],
    [`${head}allow:\n  - tools: [a]\n    amounts: {calls: many}\n`, 5, /no amount/],
    [`${head}allow: {}\n`, 3, /must be a list/],
    [`${head}allow: []\nallow: [{tools: ['*']}]\n`, 4, /./],
    [head, 1, /It allows nothing/],
    ['- a\n', 1, /A scope is a map/],
    ['scope: [\n', 2, /./],
    ['', 1, /A scope is a map/],
  ])('%j', (text, line, reason) => {
    const read = readTaskScope('s.yaml', text);
    expect(read).toMatchObject({ problem: { file: 's.yaml', line } });
    if ('problem' in read) expect(read.problem.reason).toMatch(reason);
  });
  test('whatever is written, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void readTaskScope('s.yaml', `${head}allow:\n  - ${text}`)),
    );
  });
});

describe('closed by default', () => {
  const reading = `${head}tasks: [triage]\nallow:\n  - tools: ['read_*', fetch]\n    servers: ['https://files.example/*', files.example]\n    resources: ['notes/*']\n    destinations: ['*.own.example']\n    arguments: {method: [GET]}\n`;
  const call = { tool: 'read_file', task: 'triage', server: 'files.example', given: { path: 'notes/a' } };
  test.each<[string, Told, string]>([
    ['all parts fit', call, 'inside'],
    ['another agent', { ...call, agent: 'other' }, 'no scope'],
    ['another task', { ...call, task: 'billing' }, 'no scope'],
    ['no task told', { ...call, task: undefined as never }, 'no scope'],
    ['a tool that no permission names', { ...call, tool: 'write_file' }, 'outside'],
    ['another server', { ...call, server: 'evil.example' }, 'outside'],
    ['no server told', { tool: 'read_file', task: 'triage', given: { path: 'notes/a' } }, 'outside'],
    ['another resource', { ...call, given: { path: 'secrets/a' } }, 'outside'],
    ['a way around', { ...call, given: { path: 'notes/../secrets/a' } }, 'outside'],
    ['an encoded way around', { ...call, given: { path: 'notes/%2e%2e/secrets' } }, 'outside'],
    ['a destination', { ...call, tool: 'fetch', given: { url: 'https://api.own.example/x' } }, 'inside'],
    [
      'another destination',
      { ...call, tool: 'fetch', given: { url: 'https://own.example.evil.example/x' } },
      'outside',
    ],
    [
      'a user name that looks like a host',
      { ...call, tool: 'fetch', given: { url: 'https://api.own.example@evil.example/x' } },
      'outside',
    ],
    ['an argument', { ...call, tool: 'fetch', given: { method: 'POST' } }, 'outside'],
  ])('%s', (_, made, is) => expect(judge(reading, made).is).toBe(is));

  test('amounts are of a conversation, and what is outside uses nothing', () => {
    const text = `${head}allow:\n  - tools: [query]\n    amounts: {calls: 2, records: 100}\n`;
    const used = new Map<string, Used>();
    const query = (rows: number) => judge(text, { tool: 'query', result: { row_count: rows } }, used).is;
    expect([query(60), query(60), query(40), query(0)]).toEqual(['inside', 'outside', 'inside', 'outside']);
  });
  test('hours are UTC, and a night belongs to the day on which it begins', () => {
    const at = (day: number, hour: number) => (day * 24 + hour - 8) * 3600;
    const night = `${head}allow:\n  - tools: ['*']\n    hours: {days: [mon-fri], from: '22:00', to: '06:00'}\n`;
    // The test's time begins on a Monday at eight.
    expect(
      [at(0, 12), at(0, 23), at(1, 5), at(5, 5), at(5, 23), at(7, 5)].map(
        (time) => judge(night, { tool: 'a' }, new Map(), time).is,
      ),
    ).toEqual(['outside', 'inside', 'inside', 'inside', 'outside', 'outside']);
  });
  test('a denial wins over every permission, with its reason', () => {
    const text = `${head}allow:\n  - tools: ['*']\ndeny:\n  - tools: ['delete_*']\n    because: people do that\n`;
    expect(judge(text, { tool: 'delete_all' })).toEqual({
      is: 'outside',
      scope: 'one',
      where: 's.yaml:6',
      why: '"delete_all" is denied: people do that',
    });
    expect(judge(`${head}allow: []\n`, { tool: 'a' })).toMatchObject({ is: 'outside', why: 'no permission names "a"' });
  });
});

test('a pattern fits as the regular expression of it does', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(part, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }), (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'i').test(name);
      expect(fits(pattern, name)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test('agents without a scope are named, and never inside', () => {
  const detector = outsideScope([scopeOf(`${head}allow: []\n`)]);
  const runs = detector.start();
  expect([...runs.see(told(0, { tool: 'a', agent: 'other' }))]).toEqual([]);
  expect(runs.forgotten?.()).toEqual([
    'agent/other: no scope is written for 1 of its calls; whether they were meant is unknown.',
  ]);
});

test('a folder of scopes that is not there is a problem and stops nothing', () => {
  const { scopes, problems } = knownScopes('/nowhere/at/all');
  expect(scopes.length).toBeGreaterThan(0);
  expect(problems).toMatchObject([{ reason: expect.stringMatching(/cannot be opened/) }]);
});

test('a scope that was refused is named on the page of the detector', () => {
  const runs = outsideScope([], [{ file: 'desk.yaml', line: 4, reason: 'It names no tools.' }]).start();
  expect(runs.forgotten?.()).toEqual(['desk.yaml:4 is refused: It names no tools.']);
});

test('once a conversation for one reason; refused calls are less grave', () => {
  const detector = outsideScope([scopeOf(`${head}allow: []\n`)]);
  const { found } = heard(detector, [
    told(0, { tool: 'a' }),
    told(1, { tool: 'a' }),
    told(2, { tool: 'b', outcome: 'refused' }),
  ]);
  expect(found.map(({ severity }) => severity)).toEqual([undefined, 'medium']);
});

test('the scopes that come along are sound', () => {
  const { scopes, problems } = readScopeFolder(shippedScopes);
  expect(problems).toEqual([]);
  expect(scopes.length).toBeGreaterThan(0);
});
