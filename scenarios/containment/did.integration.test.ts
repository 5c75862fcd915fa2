/** A stolen token is used on the real API server; what its audit log says is laid beside what the account could reach. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CouldDid, couldDidSchema } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import type { ApiObject } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { textAt } from '../../packages/platform/src/intake/foreign.ts';
import { eventually, forever, peer } from './testing/cluster.ts';
import { firebreak, parsed } from './testing/firebreak.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster } = theatre;
afterAll(() => theatre.close());

test('what was read, what was tried in vain, and as whom', async () => {
  const { world, kubeconfig, data } = await theatre.newStage();
  const { namespace } = world;
  const of = (kind: string, name: string, apiVersion = 'v1'): ApiObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
  });
  const began = new Date(Date.now() - 1000).toISOString();
  const issue = { ...cluster.refOf(of('ServiceAccount', 'runner')), subresource: 'token' };
  const made = await cluster.api.create(issue, { spec: { expirationSeconds: 600 } }, forever);
  if (!made.ok) throw new Error(made.reason);
  const attacker = cluster.api.withToken(textAt(made.value, 'status', 'token') ?? '');
  const vault = cluster.refOf(of('Secret', 'vault'));
  const allowed = await eventually(
    () => attacker.get(vault, forever),
    ({ ok }) => ok,
  );
  expect(allowed.ok).toBe(true);
  expect((await attacker.delete(vault, {}, forever)).ok).toBe(false);
  const auditor = await attacker.create(
    { ...cluster.refOf(of('ServiceAccount', 'auditor')), subresource: 'token' },
    { spec: {} },
    forever,
  );
  expect(auditor.ok).toBe(false);

  const file = join(data, 'audit.log');
  const asked = ['--from', `kubernetes:${kubeconfig}`, '--compromised', world.compromised, '--since', began, '--json'];
  const answer = await eventually(
    async (): Promise<CouldDid> => {
      // The log of this namespace alone: other scenarios write into it at the same time.
      const lines = (await readFile(peer('FIREBREAK_K8S_AUDIT_LOG'), 'utf8')).split('\n');
      await writeFile(file, lines.filter((line) => line.includes(namespace) && line.endsWith('}')).join('\n'));
      const told = await firebreak('did', ...asked, '--events', file);
      return parsed(couldDidSchema, told.code ?? 1, told);
    },
    ({ did }) => did.some(({ node, refused }) => node.name === 'auditor' && refused > 0),
  );

  const touched = new Map(answer.did.map((each) => [each.node.name, each]));
  expect(touched.get('vault')).toMatchObject({ known: true, within: true, refused: 1, by: [world.compromised] });
  expect(touched.get('vault')?.activities.read).toBeGreaterThan(0);
  expect(touched.get('vault')?.way.map(({ type }) => type)).toEqual(['PERMISSION_DISCOVER', 'SECRET_READ']);
  expect(touched.get('auditor')).toMatchObject({ events: 0, refused: 1 });
  // Each token has an id, and the API server tells it: one session.
  expect(answer.actors).toMatchObject([
    { node: { id: world.compromised } },
    { node: { name: 'vault' }, events: 0, takenBy: { operation: 'get secrets', from: world.compromised } },
  ]);
  expect(answer.actors[0]?.sessions.filter(({ session }) => session?.startsWith('JTI=')).length).toBe(1);
});
