/** The estate that `npm start` shows, brought into a real cluster. */
import { fileURLToPath } from 'node:url';
import type { ApiObject } from '../../../packages/platform/src/connectors/kubernetes/api.ts';
import { readManifests } from '../../../packages/platform/src/connectors/kubernetes/files.ts';
import { type Cluster, differences, everything, forever } from './cluster.ts';

const folder = fileURLToPath(new URL('../../../content/demo-estate/kubernetes', import.meta.url));

/** What a cluster without machines and without running controllers cannot take, and why. */
export const cannotBeThere: Readonly<Record<string, string>> = {
  Node: 'a machine is not made by a request; the cluster has nodes of its own',
  MutatingWebhookConfiguration:
    'its service runs nowhere, so the API server would refuse every write that it is asked about',
  ValidatingWebhookConfiguration:
    'its service runs nowhere, so the API server would refuse every write that it is asked about',
  Notebook: 'the cluster has no definition of it',
  CertificateSigningRequest: 'the request in it is invented, and a server takes real ones only',
};

/** Accounts and roles before what uses them, so that no controller has to try twice. */
const order = [
  'Namespace',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'Role',
  'ClusterRole',
  'PersistentVolume',
  'PersistentVolumeClaim',
];

/**
 * Creates what is not there yet and waits until the controllers have nothing left to do. Gives the objects that were left out
 * as `kind name`.
 */
export async function seedDemoEstate(cluster: Cluster): Promise<readonly string[]> {
  const objects: ApiObject[] = [];
  for await (const read of readManifests({ path: folder, maxDocumentBytes: 1 << 20 }, forever)) {
    if ('gap' in read) throw new Error(`${read.gap.where}: ${read.gap.reason}`);
    objects.push(read.object);
  }
  const possible = objects.filter(({ kind = '' }) => !(kind in cannotBeThere));
  const later = ({ kind = '' }: ApiObject) => !order.includes(kind);
  const groups = [...order.map((first) => possible.filter(({ kind }) => kind === first)), possible.filter(later)];
  for (const group of groups) {
    for (let at = 0; at < group.length; at += 8) {
      await Promise.all(group.slice(at, at + 8).map((object) => put(cluster, object)));
    }
  }
  await quiet(cluster);
  return objects
    .filter((object) => !possible.includes(object))
    .map(({ kind, metadata }) => `${kind} ${String(metadata?.name)}`);
}

/** A status that the manifest tells of is written as its controller would write it; those of built-in kinds are real here. */
async function put(cluster: Cluster, object: ApiObject): Promise<void> {
  const { status, ...content } = object;
  const made = await cluster.create([object]);
  const group = object.apiVersion?.split('/')[0] ?? '';
  if (made.length === 0 || status === undefined || !group.includes('.') || group.endsWith('.k8s.io')) return;
  const result = await cluster.api.patch(
    { ...cluster.refOf(content), subresource: 'status' },
    'merge',
    { status },
    forever,
  );
  // A kind without the subresource took its status with the rest.
  if (!result.ok && result.failure !== 'not-found') throw new Error(`${object.kind}: ${result.reason}`);
}

async function quiet(cluster: Cluster): Promise<void> {
  for (let before = await everything(cluster.api); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const now = await everything(cluster.api);
    const deleting = [...now.values()].some((json) => json.includes('"deletionTimestamp"'));
    if (!deleting && differences(before, now).length === 0) return;
    before = now;
  }
}
