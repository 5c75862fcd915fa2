/** Legal hold and retention: what keeps evidence from being destroyed. */
import { FirebreakError, type Hold, type Snapshot } from '@firebreak/contract';
import { newId } from '../kernel/id.ts';
import { custodyEntry, wholeOf } from './custody.ts';
import { journalled } from './snapshot/manifest.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { VaultParts } from './vault-parts.ts';

export interface HoldRequest {
  /** One of the two. */
  readonly snapshot?: string | undefined;
  readonly incident?: string | undefined;
  readonly by: string;
  readonly reason: string;
}

/** What forbids destroying it, in sentences; empty when nothing does. */
export function keptBy({ holds, retainUntil, state }: Snapshot, now: Date): readonly string[] {
  return [
    ...holds.map(({ id, by, at, reason }) => `It is held (${id}) by ${by} since ${at}: ${reason}`),
    ...(retainUntil !== null && new Date(retainUntil) > now ? [`It is to be kept until ${retainUntil}.`] : []),
    ...(state === 'taking' ? ['It is still being taken.'] : []),
  ];
}

/** @throws FirebreakError FB-USAGE, FB-NOT-FOUND, FB-EVIDENCE-STORE when a store does not hold it */
export async function hold<Tx>(parts: VaultParts<Tx>, request: HoldRequest, signal: AbortSignal): Promise<Hold> {
  const { snapshot, incident, by, reason } = request;
  if ((snapshot === undefined) === (incident === undefined))
    throw new FirebreakError('FB-USAGE', 'A hold is on one snapshot or on one incident.');
  const held = await meant(parts, request);
  const made: Hold = {
    id: newId('hold'),
    snapshot: snapshot ?? null,
    incident: incident ?? null,
    by,
    at: parts.clock.now().toISOString(),
    reason,
  };
  await parts.rows.transaction(async (tx) => {
    await parts.rows.hold(tx, made);
    await parts.ledger.append(
      held.map((each) => entryOf(parts, each, 'held', made, by, reason)),
      tx,
    );
  });
  // The hold stands as soon as it is written down; stores that know holds are told after.
  for (const each of held) await inStores(parts, each, (store, sha256) => store.hold(sha256, true, signal));
  return made;
}

/** @throws FirebreakError FB-NOT-FOUND */
export async function release<Tx>(
  parts: VaultParts<Tx>,
  { id, by, reason }: { readonly id: string; readonly by: string; readonly reason: string },
  signal: AbortSignal,
): Promise<Hold> {
  const released = await parts.rows.transaction(async (tx) => {
    const found = await parts.rows.release(tx, id, by, parts.clock.now().toISOString(), reason);
    if (found === null) throw new FirebreakError('FB-NOT-FOUND', `No hold ${id} stands.`);
    const held = await meant(parts, { ...request(found), by, reason });
    await parts.ledger.append(
      held.map((each) => entryOf(parts, each, 'released', found, by, reason)),
      tx,
    );
    return found;
  });
  for (const each of await meant(parts, { ...request(released), by, reason })) {
    const now = await parts.rows.shown(each.id);
    // Another hold may stand on it, or on a blob that it shares.
    if (now === null || now.holds.length > 0) continue;
    await inStores(parts, now, async (store, sha256) => {
      const others = await parts.rows.shared(store.name, now.id, [sha256]);
      if (others.size === 0) await store.hold(sha256, false, signal);
    });
  }
  return released;
}

/** Makes the date later. @throws FirebreakError FB-NOT-FOUND, FB-EVIDENCE-LOCKED for an earlier one */
export async function retain<Tx>(
  parts: VaultParts<Tx>,
  request: { readonly snapshot: string; readonly until: Date; readonly by: string; readonly reason: string },
  signal: AbortSignal,
): Promise<Snapshot> {
  const { snapshot: id, until, by, reason } = request;
  const snapshot = await parts.rows.shown(id);
  if (snapshot === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id}.`);
  if (snapshot.retainUntil !== null && until < new Date(snapshot.retainUntil))
    throw new FirebreakError('FB-EVIDENCE-LOCKED', `It is kept until ${snapshot.retainUntil}, and never for less.`);
  const date = until.toISOString();
  await inStores(parts, snapshot, (store, sha256) => store.retain(sha256, until, signal));
  await parts.rows.transaction(async (tx) => {
    const changed = await parts.rows.change(tx, id, ['complete', 'limited'], { retainUntil: date });
    if (!changed) throw new FirebreakError('FB-EVIDENCE-LOCKED', `It is ${snapshot.state}.`);
    const entry = custodyEntry(
      {
        ...wholeOf(snapshot),
        act: 'retained',
        who: by,
        why: reason,
        method: 'retention extended',
        detail: `To be kept until ${date}.`,
        more: { retainUntil: date, before: snapshot.retainUntil },
      },
      parts.custodian,
    );
    await parts.ledger.append([entry], tx);
  });
  return (await parts.rows.shown(id)) ?? snapshot;
}

function request({ snapshot, incident }: Hold): Pick<HoldRequest, 'snapshot' | 'incident'> {
  return { snapshot: snapshot ?? undefined, incident: incident ?? undefined };
}

async function meant<Tx>({ rows }: VaultParts<Tx>, { snapshot, incident }: HoldRequest): Promise<readonly Snapshot[]> {
  const all = snapshot === undefined ? await rows.list(incident) : [await rows.shown(snapshot)];
  const found = all.filter((each) => each !== null).filter(({ state }) => state !== 'destroyed');
  if (snapshot !== undefined && found.length === 0)
    throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${snapshot} that could be held.`);
  return found;
}

async function inStores<Tx>(
  { rows, stores }: VaultParts<Tx>,
  { id, stores: names }: Snapshot,
  each: (store: EvidenceStore, sha256: string) => Promise<void>,
): Promise<void> {
  for (const name of names) {
    const store = stores.get(name);
    if (store === undefined) continue;
    for await (const { piece } of journalled(rows, id)) if (piece.sha256 !== null) await each(store, piece.sha256);
  }
}

function entryOf<Tx>(
  { custodian }: VaultParts<Tx>,
  snapshot: Snapshot,
  act: 'held' | 'released',
  { id, incident }: Hold,
  who: string,
  why: string,
) {
  const scope = incident === null ? 'the snapshot' : 'all evidence of the incident';
  return custodyEntry(
    {
      ...wholeOf(snapshot),
      act,
      who,
      why,
      method: `legal hold on ${scope}`,
      detail: `${act === 'held' ? 'Held' : 'Released'} by ${id}.`,
      more: { hold: id },
    },
    custodian,
  );
}
