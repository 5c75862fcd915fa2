/** What is gone through as bytes is what `JSON.parse` finds, or nothing is said. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Branch, JsonWalk, type Sink } from './json-walk.ts';

/** Every plain value of every way of keys, in order; undefined where the text could not be gone through. */
function walked(text: string): Map<string, string[]> | undefined {
  const found = new Map<string, string[]>();
  const sinkOf = (path: string): Sink => ({
    add: (_place, bytes, start, end) => found.get(path)?.push(bytes.toString('utf8', start, end)),
    leaveOpen: () => found.get(path)?.push('?'),
  });
  const walk = new JsonWalk((branch, key) => {
    const path = `${branch.path}/${JSON.stringify(key)}`;
    found.set(path, found.get(path) ?? []);
    return new Branch(key, path, [sinkOf(path)]);
  });
  const root = new Branch('', '', []);
  const around = Buffer.from(`"before" ${text}"after"`);
  const [start, end] = [9, around.length - 7];
  const first = walk.walk(root, 0, around, start, end);
  const before = new Map([...found].map(([path, values]) => [path, [...values]]));
  for (const values of found.values()) values.length = 0;
  // A second time by what was learned from the first.
  expect(walk.walk(root, 1, around, start, end)).toBe(first);
  if (!first) return undefined;
  expect(found).toEqual(before);
  return new Map([...found].filter(([, values]) => values.length > 0));
}

function parsed(value: unknown, path = '', found = new Map<string, string[]>()): Map<string, string[]> {
  if (value === null) return found;
  if (Array.isArray(value)) for (const each of value) parsed(each, path, found);
  else if (typeof value === 'object')
    for (const [key, each] of Object.entries(value)) parsed(each, `${path}/${JSON.stringify(key)}`, found);
  else if (path !== '') {
    const text = String(value);
    found.set(path, [...(found.get(path) ?? []), text.isWellFormed() ? text : '?']);
  }
  return found;
}

test('any JSON, however it is written', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t'), (text, blanks) => {
      const written = JSON.stringify(JSON.parse(text), undefined, blanks);
      expect(walked(written)).toEqual(parsed(JSON.parse(written)));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  '{"a":1e3,"b":-0,"c":1.50,"d":-12,"e":123456789012345678901234567890,"f":0}',
  '{"a":"\\u0041\\n\\"","\\u0062":"\\ud800","c":"ä😀"}',
  '{"a":{"b":true},"c":[[false,null],[{"d":1}]],"e":{},"f":[]}',
  ' [ {"a" : 1 } , {"a":2} ] ',
  '"text"',
])('%s', (text) => {
  expect(walked(text)).toEqual(parsed(JSON.parse(text)));
});

test.each([
  '',
  '{"a":1',
  '{"a":1,}',
  '{"a" 1}',
  '{"a":01}',
  '{"a":tru}',
  '{"a":1}{',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '{"a":+1}',
  '{a:1}',
  '[1 2]',
  // What comes after the last counts: two values in one field are none that somebody would find.
  '{"a":1,"b":2,"a":3}',
])('nothing is said of %j', (text) => {
  expect(walked(text)).toBeUndefined();
});
