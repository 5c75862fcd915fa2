/** `firebreak artifact scan` on files: what it says, in which forms, how it ends. */
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactReportSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bareWorld, run } from './testing/run.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-artifacts-'));
  await mkdir(at('good'));
  await writeFile(at('good/numbers.txt'), Buffer.from('80034b012e', 'hex'));
  await writeFile(at('bad.safetensors'), "cos\nsystem\n(S'id'\ntR.");
  await writeFile(at('custom.pkl'), 'cmycompany\nNet\n(tR.');
  await writeFile(at('packed'), Buffer.from('377abcaf271c0000', 'hex'));
  await mkdir(at('linked'));
  await symlink('/etc/hostname', at('linked/model.bin'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scan = (...words: string[]) => run(bareWorld({}), ['artifact', 'scan', ...words]);

test('exit code 0 for safe, 1 for unsafe, 3 where nobody can tell', async () => {
  expect((await scan(at('good'))).exit).toBe(0);
  const bad = await scan(at('bad.safetensors'));
  expect(bad.exit).toBe(1);
  expect(bad.out).toContain("It calls os.system('id'): runs commands");
  expect((await scan(at('packed'))).exit).toBe(3);
  expect((await scan(at('linked'))).exit).toBe(1);
});

test('a site may allow names of its own', async () => {
  expect((await scan(at('custom.pkl'))).exit).toBe(1);
  expect((await scan(at('custom.pkl'), '--allow', 'mycompany.Net')).exit).toBe(0);
});

test('as JSON, as SARIF, as CycloneDX', async () => {
  const report = artifactReportSchema.parse(JSON.parse((await scan(at('bad.safetensors'), '--json')).out));
  expect(report).toMatchObject({ verdict: 'unsafe', files: [{ format: 'pickle', verdict: 'unsafe' }] });
  const sarif = JSON.parse((await scan(at('bad.safetensors'), '--sarif')).out);
  expect(sarif.runs[0].results.map((each: { ruleId: string }) => each.ruleId)).toContain('artifact/pickle/call');
  const bom = JSON.parse((await scan(at('bad.safetensors'), '--cyclonedx')).out);
  expect(bom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    components: [
      {
        type: 'machine-learning-model',
        hashes: [{ alg: 'SHA-256', content: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    ],
    compositions: [{ aggregate: 'incomplete' }],
  });
  expect(bom.vulnerabilities).toContainEqual(
    expect.objectContaining({
      id: 'firebreak:artifact/pickle/call',
      affects: [{ ref: bom.components[0]['bom-ref'] }],
    }),
  );
});

test('a path that cannot be read is an error, not a clean answer', async () => {
  const none = await scan(at('nothing'));
  expect(none.exit).toBe(3);
  expect(none.err).toContain('FB-ARTIFACT-UNREADABLE');
});

test('a file that is longer than its header says is judged by the header', async () => {
  await writeFile(at('sparse'), Buffer.concat([Buffer.from('0900000000000000', 'hex'), Buffer.from('{"a": {}}')]));
  await truncate(at('sparse'), 1 << 28);
  expect((await scan(at('sparse'))).exit).toBe(1);
});
