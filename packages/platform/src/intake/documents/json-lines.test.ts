import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonLines } from './json-lines.ts';

async function read(parts: readonly string[], maxBytes = 1000) {
  async function* chunks() {
    for (const part of parts) yield Buffer.from(part);
  }
  const found = [];
  for await (const each of readJsonLines(chunks(), maxBytes))
    found.push('value' in each ? each.value : 'whole' in each ? JSON.parse(each.whole.toString()) : each.problem.code);
  return found;
}

test.each<[string, string, unknown[]]>([
  ['lines', '{"a":1}\n\n{"b":2}\r\n[3]', [{ a: 1 }, { b: 2 }, [3]]],
  ['a broken line costs itself', '{"a":1}\n{"b":\n{"c":3}\n', [{ a: 1 }, 'FB-YAML-INVALID', { c: 3 }]],
  ['a document over several lines', '{\n "a": [\n 1]\n}\n', [{ a: [1] }]],
  ['a list over several lines', '[\n{"a":1},\n{"b":2}\n]', [[{ a: 1 }, { b: 2 }]]],
  ['a byte order mark', '\uFEFF{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
  ['a line that is too long', `{"a":1}\n"${'x'.repeat(2000)}"\n{"b":2}\n`, [{ a: 1 }, 'FB-FILE-TOO-LARGE', { b: 2 }]],
  ['nothing', '', []],
])('%s', async (_, text, expected) => expect(await read([text])).toEqual(expected));

test('however the bytes come, the values are the same', async () => {
  const value = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.integer(), fc.string({ maxLength: 8 })), {
    maxKeys: 3,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      async (values, size) => {
        const bytes = Buffer.from(values.map((each) => `${JSON.stringify(each)}\n`).join(''));
        const parts: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
        async function* chunks() {
          yield* parts;
        }
        const found = [];
        for await (const each of readJsonLines(chunks(), 10_000)) found.push('value' in each ? each.value : each);
        expect(found).toEqual(values.map((each) => JSON.parse(JSON.stringify(each))));
      },
    ),
    { numRuns: 50 },
  );
});
