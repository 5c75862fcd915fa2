import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entriesIn, partAt, textAtPart } from './marked-parts.ts';
import { type Marked, readMarkedYaml } from './marked-yaml.ts';

function root(source: string): Marked | undefined {
  const document = readMarkedYaml(source);
  if (!document.ok) throw new Error(document.reason);
  return document.root;
}

test('keys and values are where they stand', () => {
  const read = root('# first\non:\n  push: # why\n    branches: [main, "v1"]\n');
  const branches = partAt(read, 'on', 'push', 'branches');
  expect([...entriesIn(read).keys()]).toEqual(['on']);
  expect(entriesIn(read).get('on')).toMatchObject({ line: 2, column: 1 });
  expect(branches).toMatchObject({
    kind: 'list',
    items: [
      { text: 'main', line: 4, column: 16, style: 'plain' },
      { text: 'v1', line: 4, column: 22, style: 'double' },
    ],
  });
});

test.each([
  ['on: yes', 'on', 'yes'],
  ['v: 1.10', 'v', '1.10'],
  ['v: 0x1F', 'v', '0x1F'],
  ['v: true', 'v', 'true'],
  ['v: |\n  a\n   b\n', 'v', 'a\n b\n'],
  ['v: >-\n  a\n  b\n', 'v', 'a b'],
  ["v: 'it''s'", 'v', "it's"],
  ['\uFEFFv: x', 'v', 'x'],
])('%j keeps what is written', (source, key, value) => expect(textAtPart(root(source), key)).toBe(value));

test('an alias is what it stands for, at the place of that', () => {
  expect(partAt(root('a: &x\n  b: 1\nc: *x\n'), 'c', 'b')).toMatchObject({ text: '1', line: 2, column: 6 });
});

test.each([
  ['a: &a [*a]', 'FB-YAML-BOMB'],
  ['a: *b', 'FB-YAML-INVALID'],
  ['a: 1\na: 2', 'FB-YAML-INVALID'],
  ['? [a]\n: b', 'FB-YAML-INVALID'],
  ['a: [', 'FB-YAML-INVALID'],
  ['a: 1\n---\nb: 2', 'FB-YAML-INVALID'],
  ['a\0b', 'FB-YAML-INVALID'],
  ['['.repeat(5000), 'FB-YAML-BOMB'],
  [
    `a: &a [x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join()}]`).join('\n')}`,
    'FB-YAML-BOMB',
  ],
  [Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'FB-YAML-BOMB'],
  [`x: ${'y'.repeat(600_000)}`, 'FB-FILE-TOO-LARGE'],
])('%.30j is refused', (source, code) => expect(readMarkedYaml(source)).toMatchObject({ ok: false, code }));

test('nothing is nothing', () => {
  for (const source of ['', '# only words\n', '---\n'])
    expect(root(source)).toSatisfy(
      (part?: Marked) => part === undefined || (part.kind === 'scalar' && part.text === ''),
    );
});

test('property: a plain value is found in the file at its place', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((text) => !['true', 'false', 'null'].includes(text));
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
      fc.array(word, { minLength: 8, maxLength: 8 }),
      (keys, values) => {
        const source = keys.map((key, index) => `${' '.repeat(0)}${key}:\n  inner: ${values[index]}\n`).join('');
        const lines = source.split('\n');
        for (const [key, { value }] of entriesIn(root(source))) {
          const inner = partAt(value, 'inner');
          if (inner?.kind !== 'scalar') throw new Error(`nothing in ${key}`);
          expect((lines[inner.line - 1] ?? '').slice(inner.column - 1)).toBe(inner.text);
        }
      },
    ),
  );
});

test('property: any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab: -[]{}&*|>"\'\n#!?,%@') }), (text) => {
      const read = readMarkedYaml(text);
      expect(read.ok || read.reason !== '').toBe(true);
    }),
    { numRuns: 500 },
  );
});
