/**
 * Destroys a snapshot so that it can be proven that it was destroyed, and not lost: the intent is in the log before the first blob goes,
 * and the record of its end names digest, reason, person and way. What is left in the log are digests and commitments.
 *
 * Blobs that other evidence has too stay. Sealed under a data key of its own, a snapshot is shredded by forgetting the wrapped key, also
 * where a store may not delete yet; salts and seeds go in any case, so that no commitment of it can ever be opened.
 */
import { type Destruction, FirebreakError, type Snapshot } from '@firebreak/contract';
import { custodyEntry, wholeOf } from './custody.ts';
import { keptBy } from './held.ts';
import { journalled } from './snapshot/manifest.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { VaultParts } from './vault-parts.ts';

export interface DestroyRequest {
  readonly snapshot: string;
  readonly by: string;
  readonly reason: string;
  /** Without it, it is said what would be done. */
  readonly doIt: boolean;
}

/** @throws FirebreakError FB-NOT-FOUND, FB-EVIDENCE-LOCKED when it is to be done and something forbids it, FB-EVIDENCE-STORE */
export async function destroy<Tx>(
  parts: VaultParts<Tx>,
  { snapshot: id, by, reason, doIt }: DestroyRequest,
  signal: AbortSignal,
): Promise<Destruction> {
  const { rows, clock } = parts;
  const snapshot = await rows.shown(id);
  if (snapshot === null || snapshot.state === 'destroyed')
    throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id} that could be destroyed.`);
  const now = clock.now();
  const forbidden = [...keptBy(snapshot, now)];
  const plan = await planOf(parts, snapshot, now, signal);
  forbidden.push(...plan.forbidden);
  const report = {
    snapshot: id,
    forbidden,
    ways: plan.ways.map(({ store, way, blobs }) => ({ store: store.name, way, blobs: blobs.length })),
    shared: plan.shared,
  };
  if (!doIt) return { ...report, done: false };
  if (forbidden.length > 0) throw new FirebreakError('FB-EVIDENCE-LOCKED', forbidden.join(' '));
  const about = { ...wholeOf(snapshot), who: by, why: reason };
  const method = plan.ways.map(({ store, way }) => `${way} in ${store.name}`).join(', ');
  await rows.transaction(async (tx) => {
    if (!(await rows.change(tx, id, ['complete', 'limited', 'destroying'], { state: 'destroying' })))
      throw new FirebreakError('FB-EVIDENCE-LOCKED', 'It is being changed by somebody else.');
    const detail = 'The destruction is begun.';
    const entry = custodyEntry({ ...about, act: 'destroying', method, detail }, parts.custodian);
    if (snapshot.state !== 'destroying') await parts.ledger.append([entry], tx);
  });
  for (const { store, way, blobs } of plan.ways) {
    if (way === 'shredded') continue;
    for (const sha256 of blobs) await store.remove(sha256, signal);
    await store.unlabel?.(id, signal);
  }
  await rows.transaction(async (tx) => {
    await rows.forget(tx, id);
    for (const { store } of plan.ways) await rows.dropCopy(tx, id, store.name);
    if (!(await rows.change(tx, id, ['destroying'], { state: 'destroyed', dataKey: null }))) return;
    const detail = `Destroyed: ${method === '' ? 'nothing was in a store' : method}. ${plan.shared} blobs stay, because other evidence has the same bytes.`;
    const entry = custodyEntry(
      { ...about, act: 'destroyed', method, detail, more: { ways: report.ways, shared: plan.shared } },
      parts.custodian,
    );
    await parts.ledger.append([entry], tx);
  });
  return { ...report, done: true };
}

interface DestructionPlan {
  readonly forbidden: readonly string[];
  readonly ways: readonly {
    readonly store: EvidenceStore;
    readonly way: 'deleted' | 'shredded';
    readonly blobs: readonly string[];
  }[];
  readonly shared: number;
}

/** What is done where. A store that still locks a blob is content with the shredding of its key, and forbids it otherwise. */
async function planOf<Tx>(
  { rows, stores }: VaultParts<Tx>,
  snapshot: Snapshot,
  now: Date,
  signal: AbortSignal,
): Promise<DestructionPlan> {
  const digests = new Set(snapshot.manifest);
  for await (const { piece } of journalled(rows, snapshot.id)) if (piece.sha256 !== null) digests.add(piece.sha256);
  const forbidden: string[] = [];
  const ways: DestructionPlan['ways'][number][] = [];
  let shared = 0;
  for (const name of snapshot.stores) {
    const store = stores.get(name);
    if (store === undefined) {
      forbidden.push(`The store ${name} is not among those of this installation.`);
      continue;
    }
    const others = await rows.shared(name, snapshot.id, [...digests]);
    shared += others.size;
    const blobs = [...digests].filter((sha256) => !others.has(sha256));
    const locked = await firstLocked(store, blobs, now, signal);
    if (locked !== undefined && snapshot.sealing !== 'kms') forbidden.push(`${name} itself refuses: ${locked}`);
    ways.push({ store, way: locked === undefined ? 'deleted' : 'shredded', blobs });
  }
  return { forbidden, ways, shared };
}

async function firstLocked(
  store: EvidenceStore,
  blobs: readonly string[],
  now: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (store.lock !== 'object-lock') return undefined;
  for (const sha256 of blobs) {
    const state = await store.state(sha256, signal);
    if (state?.held === true) return `${sha256} is under a legal hold.`;
    if (state !== undefined && state.lockedUntil !== null && state.lockedUntil > now)
      return `${sha256} is locked until ${state.lockedUntil.toISOString()}.`;
  }
  return undefined;
}
