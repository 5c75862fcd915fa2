/** Formats that are described: those that come along, and what a description of one's own may and may not say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readDescriptions } from './declared-formats.ts';
import { globTest } from './glob.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-described-'));
afterAll(() => rmSync(folder, { recursive: true }));

function described(text: string) {
  writeFileSync(join(folder, 'one.yaml'), text);
  return readDescriptions(folder);
}
/** The example of the documentation, which must work as it is printed there. */
const documented = async () => {
  const page = await readFile(new URL('../../../../../docs/log-formats.md', import.meta.url), 'utf8');
  const [block = ''] = /(?:^ {4}.*\n)+/m.exec(page) ?? [];
  return block.replaceAll(/^ {4}/gm, '');
};

test('the example of the documentation', async () => {
  const [found] = described(await documented());
  const entry = {
    product: 'acme-vault',
    time: '2026-11-20T10:00:00Z',
    namespace: 'ml',
    auth: { entity_id: 'e1', accessor: 'a1' },
    request: { id: 'r1', operation: 'read', path: 'secret/db', remote_address: '10.0.0.7' },
  };
  expect(found?.format.is(entry)).toBe(true);
  expect(found?.format.read(entry)).toEqual({
    time: '2026-11-20T10:00:00.000Z',
    ownId: 'r1',
    system: 'vault ml',
    actor: { name: 'e1', id: 'vault:Entity/e1', credential: 'vault:Token/a1', session: 'a1', address: '10.0.0.7' },
    operation: 'read secret/db',
    activity: 'read',
    targets: ['vault:Path/secret/db'],
    outcome: 'done',
  });
  expect(found?.format.read({ ...entry, error: '1 error: permission denied' })).toMatchObject({ outcome: 'refused' });
  expect(found?.format.is({ ...entry, request: {} })).toBe(false);
  expect(found?.alertOf(entry)).toBeUndefined();
});

test.each([
  ['id: [', 'one.yaml'],
  ['{id: Bad Id}', 'id'],
  [
    '{id: x-y, title: t, recognise: {a: "*"}, time: t, system: s, actor: {name: a}, operation: [o], targtes: []}',
    'targtes',
  ],
  ['{id: x-y, title: t, recognise: {}, time: t, system: s, actor: {name: a}, operation: [o]}', 'recognise'],
  ['a: &a [x]\nb: [*a, *a]', 'one.yaml'],
])('%s is refused with its file', (text, told) => {
  expect(() => described(text)).toThrow(told);
});

test('patterns agree with regular expressions of the same meaning', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'B', '*', '?', '.'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      const same = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'is');
      expect(globTest(glob)(value)).toBe(same.test(value));
    }),
    { numRuns: 3000 },
  );
  expect(globTest(`${'*a'.repeat(100)}b`)('a'.repeat(2000))).toBe(false);
});
