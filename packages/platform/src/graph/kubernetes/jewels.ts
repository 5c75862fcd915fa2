/**
 * Crown jewels: what ends the game when it is lost. What must stay true:
 *
 * - Anything is a jewel that says so: annotation `firebreak.dev/crown-jewel: "<why>"`.
 * - By default: hosts, cluster-admin, served and trained models, what is marked `firebreak.dev/asset: model|dataset|…` (label
 *   or annotation), volumes and claims whose name says model or dataset, and secrets of a kind that opens something.
 * - Not by default: service-account token secrets (their account is a node of its own, and what it can do is in the graph),
 *   Helm's release records (bookkeeping), and secrets without a single key. `kube-system` is treated as any namespace.
 * - `firebreak.dev/crown-jewel: "false"` takes the default away.
 */
import type { ObjectMeta } from '@firebreak/contract';

const bookkeeping = new Set(['kubernetes.io/service-account-token', 'helm.sh/release.v1']);

/** Why an object is a jewel; `byDefault` is what its kind says when the object itself is silent. */
export function jewelOf(metadata: ObjectMeta, byDefault?: string): string | undefined {
  const said = metadata.annotations['firebreak.dev/crown-jewel'];
  if (said === 'false') return undefined;
  if (said !== undefined && said !== '') return said;
  const asset = assetOf(metadata);
  return asset === undefined ? byDefault : `marked as ${asset}`;
}

/** What an object is marked to be: `model`, `dataset`, `agent`, … */
export function assetOf(metadata: ObjectMeta): string | undefined {
  return metadata.annotations['firebreak.dev/asset'] ?? metadata.labels['firebreak.dev/asset'];
}

/** @param keyCount undefined when it is not known: then it may hold something. */
export function secretJewel(type: string | undefined, keyCount: number | undefined): string | undefined {
  if (keyCount === 0 || bookkeeping.has(type ?? 'Opaque')) return undefined;
  return 'a secret: whoever reads it can use it elsewhere';
}

/** Storage that is named after what lies in it. */
export function storageJewel(name: string): { readonly class: 'model' | 'dataset'; readonly why: string } | undefined {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word) => ['model', 'models', 'weights', 'checkpoint', 'checkpoints'].includes(word)))
    return { class: 'model', why: 'storage named after models' };
  if (words.some((word) => ['dataset', 'datasets', 'corpus'].includes(word)))
    return { class: 'dataset', why: 'storage named after datasets' };
  return undefined;
}
