/**
 * Looks whether evidence is what the log says it is. The measure is the log and not the database: which snapshots there are and what is in
 * them is read from the entries `custody.taken` and the manifests that they name; the database only says where to look.
 */
import { type AuditState, FirebreakError, type LedgerEntry, type Snapshot, type VaultAudit } from '@firebreak/contract';
import { custodyEntry, custodyOf, wholeOf } from './custody.ts';
import { digestOf } from './snapshot/keep-piece.ts';
import type { ManifestPage } from './snapshot/manifest.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { VaultParts } from './vault-parts.ts';

export interface AuditRequest {
  /** All when absent. */
  readonly snapshot?: string | undefined;
  readonly by: string;
  readonly reason: string;
  /** Read every byte and compare; else only whether everything is there in its size. */
  readonly deep: boolean;
}

const mostDetails = 20;

/** What the log says of one snapshot. */
interface Logged {
  readonly taken: LedgerEntry | undefined;
  readonly destroyed: LedgerEntry | undefined;
}

export async function audit<Tx>(
  parts: VaultParts<Tx>,
  request: AuditRequest,
  signal: AbortSignal,
): Promise<VaultAudit> {
  const { rows, clock } = parts;
  const snapshots =
    request.snapshot === undefined
      ? await rows.list(undefined)
      : [await rows.shown(request.snapshot)].filter((s) => s !== null);
  if (request.snapshot !== undefined && snapshots.length === 0)
    throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${request.snapshot}.`);
  const logged = await loggedOf(parts, new Set(snapshots.map(({ incident }) => incident)));
  const findings: VaultAudit['snapshots'][number][] = [];
  for (const snapshot of snapshots) {
    const { state, details, read } = await judge(parts, snapshot, logged.get(snapshot.id), request.deep, signal);
    const kept = details.slice(0, mostDetails);
    findings.push({ id: snapshot.id, subject: snapshot.subject, state, details: [...kept], read });
    await rows.transaction(async (tx) => {
      await rows.audited(tx, snapshot.id, state, kept.join(' '), clock.now().toISOString());
      await parts.ledger.append([auditedEntry(parts, snapshot, request, state, kept, read)], tx);
    });
    await tellExpiry(parts, snapshot);
  }
  const bad: readonly AuditState[] = ['lost', 'altered', 'contradicted', 'unreachable'];
  return {
    at: clock.now().toISOString(),
    ok: findings.every(({ state }) => !bad.includes(state)),
    snapshots: findings,
  };
}

async function loggedOf<Tx>({ ledger }: VaultParts<Tx>, incidents: ReadonlySet<string | null>) {
  const found = new Map<string, Logged>();
  for (const incident of incidents)
    for await (const { entry } of ledger.entries(incident)) {
      const id = custodyOf(entry);
      if (id === undefined) continue;
      const before = found.get(id) ?? { taken: undefined, destroyed: undefined };
      if (entry.kind === 'custody.taken') found.set(id, { ...before, taken: entry });
      if (entry.kind === 'custody.destroyed') found.set(id, { ...before, destroyed: entry });
    }
  return found;
}

interface Judgement {
  readonly state: AuditState;
  readonly details: readonly string[];
  readonly read: number;
}

async function judge<Tx>(
  parts: VaultParts<Tx>,
  snapshot: Snapshot,
  logged: Logged | undefined,
  deep: boolean,
  signal: AbortSignal,
): Promise<Judgement> {
  const verdict = (state: AuditState, detail: string): Judgement => ({ state, details: [detail], read: 0 });
  if (logged?.destroyed !== undefined) {
    const { at, actor } = logged.destroyed;
    return verdict('destroyed', `Destroyed by ${actor} at ${at}; the log has the record.`);
  }
  if (snapshot.state === 'destroyed')
    return verdict('contradicted', 'The database says that it was destroyed, and the log has no record of that.');
  if (snapshot.state === 'destroying') return verdict('unfinished', 'Its destruction was begun and not finished.');
  if (snapshot.state === 'taking') return verdict('unfinished', 'It was not taken to its end.');
  if (logged?.taken === undefined) return verdict('contradicted', 'The log has no record that it was taken.');
  if (snapshot.stores.length === 0) return verdict('lost', 'No store has it any more, and no record says why.');
  const details: string[] = [];
  const states = new Set<AuditState>();
  let read = 0;
  for (const name of snapshot.stores) {
    const store = parts.stores.get(name);
    if (store === undefined) {
      states.add('unreachable');
      details.push(`The store ${name} is not among those of this installation.`);
      continue;
    }
    for await (const look of looks(parts, logged.taken, store, deep, signal)) {
      read += look.read ? 1 : 0;
      if (look.state === 'intact') continue;
      states.add(look.state);
      if (details.length < mostDetails) details.push(look.detail);
      if (look.state === 'unreachable') break;
    }
  }
  const worst = (['altered', 'lost', 'contradicted', 'unreachable'] as const).find((state) => states.has(state));
  return { state: worst ?? 'intact', details, read };
}

interface Look {
  readonly state: AuditState;
  readonly detail: string;
  readonly read: boolean;
}

/** Every piece that the manifests in the log name. */
async function* looks<Tx>(
  { ledger }: VaultParts<Tx>,
  taken: LedgerEntry,
  store: EvidenceStore,
  deep: boolean,
  signal: AbortSignal,
): AsyncGenerator<Look> {
  for (const { sha256: page } of taken.blobs) {
    const bytes = await ledger.getBlob(page);
    if (bytes === undefined) {
      yield { state: 'contradicted', detail: `The log has lost the manifest ${page}.`, read: false };
      continue;
    }
    const { pieces } = JSON.parse(Buffer.from(bytes).toString('utf8')) as ManifestPage;
    for (const { name, sha256, size } of pieces) {
      if (sha256 === null) continue;
      yield await lookAt(store, { name, sha256, size: size ?? 0 }, deep, signal);
    }
  }
}

async function lookAt(
  store: EvidenceStore,
  { name, sha256, size }: { readonly name: string; readonly sha256: string; readonly size: number },
  deep: boolean,
  signal: AbortSignal,
): Promise<Look> {
  try {
    const there = deep ? await digestOf(store, sha256, signal) : await store.state(sha256, signal);
    if (there === undefined) return { state: 'lost', detail: `${store.name} lost ${name} (${sha256}).`, read: false };
    const same = there.size === size && (!('sha256' in there) || there.sha256 === sha256);
    return same
      ? { state: 'intact', detail: '', read: deep }
      : { state: 'altered', detail: `${store.name} has other bytes for ${name} (${sha256}).`, read: deep };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof FirebreakError ? error.why : 'It cannot be read.';
    return { state: 'unreachable', detail: `${store.name}: ${why}`, read: false };
  }
}

function auditedEntry<Tx>(
  { custodian }: VaultParts<Tx>,
  snapshot: Snapshot,
  { by, reason, deep }: AuditRequest,
  state: AuditState,
  details: readonly string[],
  read: number,
) {
  return custodyEntry(
    {
      ...wholeOf(snapshot),
      act: 'audited',
      who: by,
      why: reason,
      method: deep ? 'every blob read and hashed' : 'presence and sizes',
      detail: `${state}${details.length === 0 ? '' : `: ${details.join(' ')}`}`.slice(0, 2000),
      more: { state, read },
    },
    custodian,
  );
}

/** That the time is over is written down once, when it is noticed; what follows from it is for people to decide. */
async function tellExpiry<Tx>(parts: VaultParts<Tx>, snapshot: Snapshot): Promise<void> {
  const { retainUntil, incident, id, state } = snapshot;
  if (retainUntil === null || new Date(retainUntil) > parts.clock.now()) return;
  if (state !== 'complete' && state !== 'limited') return;
  for await (const { entry } of parts.ledger.entries(incident))
    if (entry.kind === 'custody.expired' && custodyOf(entry) === id && entry.body.retainUntil === retainUntil) return;
  const entry = custodyEntry(
    {
      ...wholeOf(snapshot),
      act: 'expired',
      who: 'firebreak',
      why: 'The date until which it was to be kept has passed.',
      method: 'noticed by an audit',
      detail: `It was to be kept until ${retainUntil}. Nothing was destroyed by this.`,
      more: { retainUntil },
    },
    parts.custodian,
  );
  await parts.ledger.append([entry]);
}
