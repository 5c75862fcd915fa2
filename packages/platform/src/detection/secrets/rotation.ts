/**
 * Secrets that were found in events become items to be rotated. The event is read again and searched again here: a detection says that
 * there is a secret, and never which. The secret lives in memory for as long as its keyed digest is made.
 *
 * What must stay true: neither the store nor the ledger nor an error ever holds a secret, or a digest that could be tried out without
 * the installation's key.
 */
import {
  type Detection,
  FirebreakError,
  type NodeId,
  type RotationItem,
  type RotationPlace,
  type RotationState,
} from '@firebreak/contract';
import type { EventStore } from '../../events/store.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { SecretSearches } from './index.ts';
import { openedBy, openedByRedacted } from './opened-by.ts';
import { secretsInEvent } from './secrets-in-event.ts';

/** The detector whose detections are taken. */
export const secretsDetector = 'secrets/in-text';

export type NewRotationItem = Pick<RotationItem, 'id' | 'kind' | 'title' | 'rotate' | 'opens'>;
export interface RotationDecision {
  readonly state: RotationState;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
}

/** What is needed from durable storage. The implementation is PostgreSQL (`storage/rotation-store.ts`). */
export interface RotationStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Finding the same in the same place again changes nothing. */
  found(tx: Tx, item: NewRotationItem, place: RotationPlace): Promise<void>;
  /** @returns false when there is no such item */
  decide(tx: Tx, id: string, decision: RotationDecision): Promise<boolean>;
  /** Open ones first, of each state those seen last. */
  list(state: RotationState | undefined): Promise<readonly RotationItem[]>;
  get(id: string): Promise<RotationItem | null>;
}

export interface RotationParts<Tx> {
  readonly store: RotationStore<Tx>;
  readonly events: Pick<EventStore, 'byId'>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly searches: () => SecretSearches;
  readonly digest: (secret: string) => string;
  /** Nodes of the estate that are known by a digest of this secret. */
  readonly known: (secret: string) => Promise<readonly NodeId[]>;
}

export interface DecideRotation {
  readonly id: string;
  readonly state: RotationState;
  readonly reason: string;
  readonly by: string;
}

export interface Rotation {
  /** Files what these detections found; those of other detectors are passed over. */
  take(detections: readonly Detection[]): Promise<void>;
  list(state?: RotationState): Promise<readonly RotationItem[]>;
  /** @throws FirebreakError FB-NOT-FOUND */
  decide(request: DecideRotation): Promise<RotationItem>;
}

export function createRotation<Tx>(parts: RotationParts<Tx>): Rotation {
  const { store, events, ledger, clock, searches, digest, known } = parts;

  async function file(eventId: string): Promise<void> {
    const kept = await events.byId(eventId);
    if (kept === undefined) return;
    const { event, raw } = kept;
    for (const { rule, path, start, end, is } of secretsInEvent(event, raw, searches())) {
      const opens =
        'secret' in is ? [...openedBy(is.secret), ...(await known(is.secret))] : openedByRedacted(event, is.digest);
      const item: NewRotationItem = {
        id: 'secret' in is ? digest(is.secret) : is.digest,
        kind: rule.id,
        title: rule.description,
        rotate: rule.rotate ?? '',
        opens: [...new Set(opens)],
      };
      const place = {
        event: event.id,
        time: event.time,
        path: storable(path),
        start,
        end,
        locator: storable(event.source.locator),
      };
      await store.transaction((tx) => store.found(tx, item, place));
    }
  }

  return {
    async take(detections) {
      const ids = detections
        .filter(({ detector }) => detector === secretsDetector)
        .flatMap(({ events: cited }) => cited.map(({ id }) => id));
      for (const id of new Set(ids)) await file(id);
    },

    list: (state) => store.list(state),

    async decide({ id, state, reason: given, by }) {
      const reason = storable(given);
      await store.transaction(async (tx) => {
        if (!(await store.decide(tx, id, { state, by, at: clock.now().toISOString(), reason })))
          throw new FirebreakError('FB-NOT-FOUND', `There is no rotation item ${id}.`);
        await ledger.append(
          [{ incident: null, kind: 'rotation.decided', actor: by, body: { item: id, state, reason } }],
          tx,
        );
      });
      const item = await store.get(id);
      if (item === null) throw new FirebreakError('FB-NOT-FOUND', `There is no rotation item ${id}.`);
      return item;
    },
  };
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
