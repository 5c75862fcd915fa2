/** The graph of an incident, held against the ontology by the CASE project's own validator. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planOf } from '../../execution/testing/switchboard.case.ts';
import { incidentDocuments } from './documents.ts';
import { hostile, storyOf } from './testing/story.case.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-case-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function graph(): Promise<string> {
  const documents = await incidentDocuments(storyOf({ title: hostile, words: hostile, plan: planOf([{ name: 'a' }]) }));
  return Buffer.from(documents.find(({ name }) => name === 'case.jsonld')?.bytes ?? []).toString();
}
async function judged(text: string): Promise<{ status: number | null; stdout: string }> {
  const path = join(folder, 'graph.jsonld');
  await writeFile(path, text);
  const validator = process.env.FIREBREAK_CASE_VALIDATE ?? 'case_validate';
  return spawnSync(validator, ['--built-version', 'case-1.4.0', path], { encoding: 'utf8' });
}

test('conforms to CASE 1.4.0 without a warning, hostile names and all', async () => {
  const { status, stdout } = await judged(await graph());
  expect(stdout).toContain('Conforms: True');
  expect(status).toBe(0);
});

test('the validator would notice', async () => {
  const { status } = await judged((await graph()).replace('"xsd:dateTime"', '"xsd:string"'));
  expect(status).not.toBe(0);
});
