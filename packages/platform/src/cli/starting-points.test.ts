/** A workload as a start means its template; whoever means its pods is told how to say so, beside the answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blastSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { run } from './testing/run.ts';
import { smallEstate } from './testing/small-estate.ts';

const deployment = `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: serving }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: registry.example/web:1 }] }
`;
const kinds = [
  ['blast', '--compromised'],
  ['plan', '--compromised'],
  ['scope', '--compromised'],
  ['paths', '--start'],
] as const;
let folder: string;
let from: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-starts-'));
  from = await smallEstate(join(folder, 'estate'), deployment);
});
afterAll(() => rm(folder, { recursive: true }));

test.each(kinds)('%s says what a workload as a start means', async (command, option) => {
  const asked = (start: string) => run(world, [command, '--from', from, option, start]);
  const { out, err } = await asked('Deployment/serving/web');
  expect(err).toContain('start from its pods: kubernetes:Pod/serving/web');
  expect(out).not.toContain('start from its pods');
  expect((await asked('Pod/serving/model-0')).err).not.toContain('start from its pods');
});

test('the same start twice is one', async () => {
  const twice = ['--compromised', 'Pod/serving/model-0', '--compromised', 'kubernetes:Pod/serving/model-0'];
  const { out } = await run(world, ['blast', '--from', from, ...twice, '--json']);
  expect(blastSchema.parse(JSON.parse(out)).compromised).toHaveLength(1);
});
