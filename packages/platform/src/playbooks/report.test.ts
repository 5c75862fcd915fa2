import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extensionDefinitionObject, extensionId, stepExtensionSchema } from './extension.ts';
import { checkBySchemas, extensionJsonSchema } from './json-schema.ts';
import { reportOn } from './report.ts';
import { byHand, end, idOf, ours, start, written } from './testing/written.case.ts';

const now = new Date('2026-06-01T00:00:00Z');
const problemsOf = (playbook: unknown) =>
  reportOn(typeof playbook === 'string' ? playbook : JSON.stringify(playbook), now).problems;
const errors = (playbook: unknown) =>
  problemsOf(playbook)
    .filter(({ weight }) => weight === 'error')
    .map(({ code, where }) => `${code} ${where}`);

const plain = { start: start('one'), one: byHand('Look', 'end'), end };

test('a playbook that holds together is valid and has a digest', () => {
  const report = reportOn(JSON.stringify(written(plain)), now);
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, steps: 3, name: 'A playbook' });
  expect(report.digest).toMatch(/^[0-9a-f]{64}$/);
});

test('a circle is an error that names it, wherever it is', () => {
  const circle = { start: start('one'), one: byHand('a', 'two'), two: byHand('b', 'one'), end };
  const [first] = problemsOf(written(circle)).filter(({ code }) => code === 'FB-PLAYBOOK-LOOP');
  expect(first?.what).toBe(
    `It goes round: ${[idOf('action', 'one'), idOf('action', 'two'), idOf('action', 'one')].join(' → ')}.`,
  );
  const inBranch = {
    start: start('both'),
    both: { type: 'parallel', next_steps: ['one', 'x'], on_completion: 'end' },
    one: byHand('a', 'one'),
    x: byHand('x', 'stop'),
    stop: end,
    end,
  };
  expect(errors(written(inBranch))).toContain(`FB-PLAYBOOK-LOOP ${idOf('action', 'one')}`);
});

test('the body of a while may lead back to it; what follows it may not', () => {
  const loop = { type: 'while-condition', condition: '1 = 1', on_true: 'body', on_completion: 'after' };
  const fine = { start: start('loop'), loop, body: byHand('again', 'loop'), after: byHand('then', 'end'), end };
  expect(errors(written(fine))).toEqual([]);
  const round = { ...fine, after: byHand('then', 'loop') };
  expect(errors(written(round)).some((error) => error.startsWith('FB-PLAYBOOK-LOOP'))).toBe(true);
});

test('any number of steps in one circle is found, and none where there is none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.boolean(), (length, to, closed) => {
      const back = to % length;
      const steps = Object.fromEntries(
        Array.from({ length }, (_, at) => [
          `s${at}`,
          byHand('x', at + 1 < length ? `s${at + 1}` : closed ? `s${back}` : 'end'),
        ]),
      );
      const found = errors(written({ start: start('s0'), ...steps, end })).filter((error) => error.includes('LOOP'));
      expect(found.length).toBe(closed ? 1 : 0);
    }),
    { numRuns: 50 },
  );
});

test('commands, agents and targets of unknown types are errors that name the step', () => {
  const step = idOf('action', 'one');
  const wipe = { ...plain, one: byHand('x', 'end', { commands: [{ type: 'wipe-disk', command: 'all' }] }) };
  expect(problemsOf(written(wipe))).toContainEqual({
    code: 'FB-PLAYBOOK-COMMAND-UNKNOWN',
    weight: 'error',
    where: step,
    what: 'It has a command of the unknown type wipe-disk.',
  });
  const robot = idOf('robot', 'r');
  const unknownAgent = written(
    { ...plain, one: byHand('x', 'end', { agent: robot }) },
    { agent_definitions: { [robot]: { type: 'robot', name: 'r' } } },
  );
  expect(errors(unknownAgent)).toEqual([`FB-PLAYBOOK-COMMAND-UNKNOWN ${robot}`]);
  const nobody = {
    ...plain,
    one: byHand('x', 'end', { agent: idOf('group', 'nobody'), targets: [idOf('ssh', 'none')] }),
  };
  expect(errors(written(nobody))).toEqual([`FB-PLAYBOOK-REFERENCE ${step}`, `FB-PLAYBOOK-REFERENCE ${step}`]);
});

test('what runs elsewhere is said not to be run here', () => {
  const shell = { ...plain, one: byHand('x', 'end', { commands: [{ type: 'bash', command: 'rm -rf /' }] }) };
  expect(problemsOf(written(shell))).toEqual([
    {
      code: 'FB-PLAYBOOK-IGNORED',
      weight: 'warning',
      where: idOf('action', 'one'),
      what: 'Its command of the type bash is not run: a person does it by hand.',
    },
  ]);
});

test('references that lead nowhere are errors: steps, start, exception, markings, extensions, variables', () => {
  expect(errors(written({ ...plain, one: byHand('x', 'gone') }))).toContain(
    `FB-PLAYBOOK-REFERENCE ${idOf('action', 'one')}`,
  );
  expect(errors(written(plain, { workflow_start: idOf('start', 'other') }))).toContain(
    'FB-PLAYBOOK-REFERENCE workflow_start',
  );
  expect(errors(written(plain, { workflow_exception: idOf('action', 'other') }))).toEqual([
    'FB-PLAYBOOK-REFERENCE workflow_exception',
  ]);
  expect(errors(written(plain, { markings: [idOf('marking-tlp', 'x')] }))).toEqual(['FB-PLAYBOOK-REFERENCE markings']);
  const undefinedExtension = written({ ...plain, one: ours({ cut: {} }, 'end') }, { extension_definitions: {} });
  expect(errors(undefinedExtension)).toEqual([`FB-PLAYBOOK-REFERENCE ${idOf('action', 'one')}`]);
  const variable = { ...plain, one: ours({ lever: { action: 'x.y' }, select: '__nobody__:value' }, 'end') };
  expect(errors(written(variable))).toEqual([`FB-PLAYBOOK-VARIABLE ${idOf('action', 'one')}`]);
  expect(errors(written({ ...plain, end: { type: 'end', on_completion: 'one' } }))).not.toEqual([]);
});

test('a step that nothing leads to, and what we do not keep, are said', () => {
  const lonely = { ...plain, two: byHand('x', 'end', { timeout: 5000 }) };
  expect(problemsOf(written(lonely)).map(({ code, weight }) => `${code} ${weight}`)).toEqual([
    'FB-PLAYBOOK-IGNORED warning',
    'FB-PLAYBOOK-IGNORED warning',
  ]);
});

test('our extension says what its schema allows, and nothing both ways', () => {
  const of = (said: object) => errors(written({ ...plain, one: ours(said, 'end') }));
  expect(of({ lever: { action: 'x.y', params: {} } })).toEqual([]);
  for (const wrong of [
    { cut: {}, lever: { action: 'x.y', params: {} } },
    { lever: { action: 'x.y' } },
    { lever: { action: 'x.y', params: {} }, select: 'kind = Pod' },
    { run: 'rm' },
  ])
    expect(of(wrong)).toEqual([`FB-PLAYBOOK-EXTENSION ${idOf('action', 'one')}`]);
});

test('revoked, not yet valid, no longer valid', () => {
  expect(errors(written(plain, { revoked: true }))).toEqual(['FB-PLAYBOOK-EXPIRED revoked']);
  expect(errors(written(plain, { valid_from: '2027-01-01T00:00:00Z' }))).toEqual(['FB-PLAYBOOK-EXPIRED valid_from']);
  expect(errors(written(plain, { valid_until: '2026-05-01T00:00:00Z' }))).toEqual(['FB-PLAYBOOK-EXPIRED valid_until']);
});

test('hostile documents end in one problem: no JSON, too long, too deep, a name twice, too many steps', () => {
  for (const text of ['', '{', 'null', '[]', '{"type":"playbook"}', '{"a":"\\ud800"}'])
    expect(errors(text).length).toBeGreaterThan(0);
  expect(errors(JSON.stringify({ a: 'x'.repeat(3 << 20) }))).toEqual(['FB-PLAYBOOK-INVALID the document']);
  expect(errors('['.repeat(100_000))).toEqual(['FB-PLAYBOOK-INVALID the document']);
  const text = JSON.stringify(written(plain));
  expect(problemsOf(text.replace('"spec_version"', '"name":"Another","spec_version"'))[0]?.what).toBe(
    'The name "name" stands twice in one object.',
  );
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`e${at}`, end]));
  expect(problemsOf(written({ ...plain, ...many }))[0]?.what).toContain('1004 steps');
  const poisoned = text.replace('"workflow":{', '"workflow":{"__proto__":{"type":"end"},');
  expect(errors(poisoned).length).toBeGreaterThan(0);
});

test('schema faults name their place, and the other shapes of a step are not listed', () => {
  const wrong = written({ ...plain, one: byHand('x', 'end', { commands: [] }) });
  const found = problemsOf(wrong);
  expect(found.length).toBeLessThan(4);
  expect(found.some(({ where }) => where === `workflow.${idOf('action', 'one')}.commands`)).toBe(true);
});

test('schemas of somebody else are held against it too, by reference between files', () => {
  const check = checkBySchemas([
    { $id: 'https://example.org/schemas/data/word.json', type: 'string', pattern: '^A' },
    {
      $id: 'https://example.org/schemas/playbook.json',
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { name: { $ref: 'data/word.json' }, priority: { type: 'integer' } },
      required: ['name', 'priority'],
      unevaluatedProperties: false,
    },
  ]);
  const found = reportOn(JSON.stringify(written(plain)), now, [check]);
  expect(found.ok).toBe(false);
  expect(found.problems.map(({ what }) => what)).toEqual(["must have required property 'priority'."]);
  expect(() => checkBySchemas([{ $id: 'x.json' }])).toThrow('None of the schemas');
  expect(() => checkBySchemas([{ $id: 'https://e.org/playbook.json', $ref: 'missing.json' }])).toThrow(
    'cannot be used',
  );
});

test('what is published of our extension is what we check', () => {
  const folder = new URL('../../../../content/playbooks/extension/', import.meta.url);
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  expect(read('firebreak-1.schema.json')).toEqual(JSON.parse(JSON.stringify(extensionJsonSchema)));
  expect(read('extension-definition.json')).toEqual({ [extensionId]: extensionDefinitionObject });
  expect(stepExtensionSchema.safeParse({ cut: {} }).success).toBe(true);
});
