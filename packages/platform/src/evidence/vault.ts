/** The evidence vault: takes, keeps, shows, audits and, when nothing forbids it, destroys. Each verb is a file beside this one. */
import {
  type CustodyRecord,
  type Destruction,
  FirebreakError,
  type Hold,
  type RedactedCopy,
  type ShownSnapshot,
  type Snapshot,
  type SnapshotPiece,
  type SnapshotSubject,
  snapshotSubject,
  type Vault as VaultAnswer,
  type VaultAudit,
} from '@firebreak/contract';
import { newId } from '../kernel/id.ts';
import { type AuditRequest, audit } from './audit.ts';
import { custodyEntry, custodyOf, custodyRecord } from './custody.ts';
import { type DestroyRequest, destroy } from './destroy.ts';
import { type HoldRequest, hold, release, retain } from './held.ts';
import { type LeavingFile, leavingFile } from './leaving.ts';
import { type MoveRequest, move, type OpenPiece, type ReadRequest, read } from './read.ts';
import { type RedactRequest, redact } from './redaction/redact.ts';
import type { VaultSettings } from './settings.ts';
import { takePieces } from './snapshot/take.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { Taker, VaultParts } from './vault-parts.ts';
import type { SnapshotRow } from './vault-store.ts';

export interface TakeRequest {
  readonly subject: string;
  readonly incident: string | null;
  readonly by: string;
  readonly reason: string;
  readonly store?: string | undefined;
  readonly retainUntil?: Date | undefined;
  /** Asked for twice under one key it is taken once. */
  readonly key?: string | undefined;
}

export interface Vault {
  readonly settings: VaultSettings;
  /** Begins, and resolves when it can be found; `ended` resolves when it is at its end. */
  begin(request: TakeRequest, signal: AbortSignal): Promise<{ snapshot: Snapshot; ended: Promise<Snapshot> }>;
  /** Goes on with one that was cut off. */
  resume(id: string, signal: AbortSignal): Promise<Snapshot>;
  /** Whether anything that is open here takes this. */
  canTake(subject: string): boolean;
  overview(incident: string | undefined): Promise<VaultAnswer>;
  show(id: string): Promise<ShownSnapshot>;
  read(request: ReadRequest, signal: AbortSignal): Promise<OpenPiece>;
  /** The same bytes; when the last of them is out, the log says who has the file, and its digest. */
  leaving(file: LeavingFile, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  hold(request: HoldRequest, signal: AbortSignal): Promise<Hold>;
  release(request: { id: string; by: string; reason: string }, signal: AbortSignal): Promise<Hold>;
  retain(
    request: { snapshot: string; until: Date; by: string; reason: string },
    signal: AbortSignal,
  ): Promise<Snapshot>;
  audit(request: AuditRequest, signal: AbortSignal): Promise<VaultAudit>;
  move(request: MoveRequest, signal: AbortSignal): Promise<Snapshot>;
  redact(request: RedactRequest, signal: AbortSignal): Promise<RedactedCopy>;
  destroy(request: DestroyRequest, signal: AbortSignal): Promise<Destruction>;
  close(): Promise<void>;
}

/** Pieces of one snapshot that are shown. */
const shownPieces = 500;

export function createVault<Tx>(parts: VaultParts<Tx>): Vault {
  const { rows, ledger, clock, stores, settings, snapshotters } = parts;
  const titles = new Map(snapshotters.map(({ id, title }) => [id, title]));
  const titled = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    title: titles.get(snapshot.snapshotter) ?? snapshot.snapshotter,
  });

  async function mustShow(id: string): Promise<Snapshot> {
    const snapshot = await rows.shown(id);
    if (snapshot === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id}.`);
    return titled(snapshot);
  }

  function takerOf(text: string): { subject: SnapshotSubject; taker: Taker } {
    const subject = snapshotSubject(text);
    if (subject === undefined)
      throw new FirebreakError('FB-EVIDENCE-SUBJECT', 'It is not of the form <system>:<Kind>/<path>.');
    const taker = parts.taker(subject);
    if (taker === undefined)
      throw new FirebreakError(
        'FB-EVIDENCE-SUBJECT',
        `No source that is open here takes ${subject.system}:${subject.kind}.`,
      );
    return { subject, taker };
  }

  function storeOf(name: string | undefined): EvidenceStore {
    const wanted = name ?? settings.stores[0]?.name ?? '';
    const store = stores.get(wanted);
    if (store === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no evidence store ${wanted}.`);
    return store;
  }

  async function carryOut(row: SnapshotRow, signal: AbortSignal): Promise<Snapshot> {
    const { subject, taker } = takerOf(row.subject);
    const sealing = parts.sealing(row.sealing);
    const pieces = taker.snapshotter.take(subject, taker.session, signal, { sealed: sealing.kind !== 'none' });
    const work = { ...parts, sealing, largest: settings.largestBytes };
    await takePieces(work, row, storeOf(row.stores[0]), pieces as AsyncIterable<SnapshotPiece>, signal);
    return mustShow(row.id);
  }

  async function create(request: TakeRequest): Promise<string> {
    const { subject, taker } = takerOf(request.subject);
    const store = storeOf(request.store);
    const sealing = parts.sealing();
    const id = newId('snap');
    const { incident, by, reason, key = null } = request;
    const now = clock.now();
    const until = request.retainUntil ?? (settings.retainDays === 0 ? undefined : daysFrom(now, settings.retainDays));
    const retainUntil = until?.toISOString() ?? null;
    const dataKey = await sealing.newKey(id);
    await rows.transaction(async (tx) => {
      await rows.create(tx, {
        id,
        incident,
        by,
        reason,
        key,
        dataKey,
        retainUntil,
        subject: subject.text,
        snapshotter: taker.snapshotter.id,
        sealing: sealing.kind,
        startedAt: now.toISOString(),
        store: store.name,
      });
      const begun = custodyEntry(
        {
          act: 'begun',
          snapshot: id,
          incident,
          who: by,
          why: reason,
          what: [],
          store: `${store.name} (${store.where})`,
          method: taker.snapshotter.id,
          detail: `Begun: ${taker.snapshotter.title} of ${subject.text}.`,
          more: { subject: subject.text, sealing: sealing.kind, retainUntil },
        },
        parts.custodian,
      );
      await ledger.append([begun], tx);
    });
    return id;
  }

  return {
    settings,
    canTake: (text) => {
      const subject = snapshotSubject(text);
      return subject !== undefined && parts.taker(subject) !== undefined;
    },

    async begin(request, signal) {
      const before = request.key === undefined ? null : await rows.byKey(request.key);
      const id = before?.id ?? (await create(request));
      const row = await rows.get(id);
      if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id}.`);
      const ended = row.state === 'taking' ? carryOut(row, signal) : mustShow(id);
      // Whoever does not wait for the end must not be told of it by a crash.
      ended.catch(() => undefined);
      return { snapshot: await mustShow(id), ended };
    },

    async resume(id, signal) {
      const row = await rows.get(id);
      if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id}.`);
      return row.state === 'taking' ? carryOut(row, signal) : mustShow(id);
    },

    async overview(incident) {
      const kinds = snapshotters.flatMap(({ id, title, kinds: all }) =>
        all.map((kind) => ({ kind: `${id.slice(0, id.indexOf('.'))}:${kind}`, title })),
      );
      return {
        snapshots: (await rows.list(incident)).map(titled),
        stores: [...stores.values()].map(({ name, kind, where, lock }) => ({ name, kind, where, lock })),
        kinds: kinds.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      };
    },

    async show(id) {
      const snapshot = await mustShow(id);
      const custody: CustodyRecord[] = [];
      for await (const { entry, index } of ledger.entries(snapshot.incident))
        if (custodyOf(entry) === id) custody.push(custodyRecord(entry, index));
      const pieces = await rows.pieces(id, undefined, shownPieces);
      return { snapshot, custody, pieces: pieces.map(({ piece }) => piece) };
    },

    read: (request, signal) => read(parts, request, signal),
    leaving: (file, bytes) => leavingFile(parts, file, bytes),
    hold: (request, signal) => hold(parts, request, signal),
    release: (request, signal) => release(parts, request, signal),
    retain: (request, signal) => retain(parts, request, signal),
    audit: (request, signal) => audit(parts, request, signal),
    move: (request, signal) => move(parts, request, signal),
    redact: (request, signal) => redact(parts, request, signal),
    destroy: (request, signal) => destroy(parts, request, signal),
    async close() {
      for (const store of stores.values()) await store.close();
    },
  };
}

function daysFrom(now: Date, days: number): Date {
  return new Date(now.getTime() + days * 86_400_000);
}
