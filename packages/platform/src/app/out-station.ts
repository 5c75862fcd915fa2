/** The ways out of a running server: a courier for each outlet, over the same two logs. */
import { readFile } from 'node:fs/promises';
import {
  FirebreakError,
  type KeptDetection,
  type LedgerEntry,
  type OutletState,
  type QueueRow,
} from '@firebreak/contract';
import { load } from 'js-yaml';
import { connectors } from '../connectors/index.ts';
import { printable } from '../intake/foreign.ts';
import type { Clock } from '../kernel/clock.ts';
import { Courier, type Mark, type Place } from '../response-events/outlets/courier.ts';
import { followUpMessage, isFollowUpTurn } from '../response-events/outlets/follow-up-message.ts';
import { detectionMessage, incidentMessage, isTurn, responseMessage } from '../response-events/outlets/messages.ts';
import { openOutlet } from '../response-events/outlets/open-outlet.ts';
import { type MessageKind, type Outlets, outletsSchema } from '../response-events/outlets/outlet.ts';
import type { Storage } from '../storage/storage.ts';
import { version } from './version.ts';

const mostBytes = 1 << 20;
const atATime = 200;

/** @throws FirebreakError FB-SOURCE-UNREADABLE, FB-USAGE for a file that is no description of outlets */
export async function readOutlets(path: string): Promise<Outlets> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be read.`);
  });
  if (text.length > mostBytes) throw new FirebreakError('FB-USAGE', `${printable(path)} is longer than ${mostBytes}.`);
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : '';
    throw new FirebreakError('FB-USAGE', `${printable(path)} is no YAML: ${printable(why ?? '')}`);
  }
  const read = outletsSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FirebreakError('FB-USAGE', `${printable(path)}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

export interface OutStation {
  states(): Promise<OutletState[]>;
  /** There may be something to tell. */
  wake(): void;
  close(): Promise<void>;
}

/** What a message is made from. */
interface OutDesk {
  detection(id: string): Promise<KeptDetection>;
  /** An incident as a row of the queue, with as many of its newest detections as a message names. */
  outline(incident: string): Promise<{ readonly row: QueueRow; readonly newest: readonly KeptDetection[] }>;
}

export function openOutStation(
  { outlets, address }: Outlets,
  { storage, desk, clock }: { readonly storage: Storage; readonly desk: OutDesk; readonly clock: Clock },
): OutStation {
  const closing = new AbortController();
  const store = storage.outletStore;
  const actions = connectors.flatMap((connector) => connector.actions);
  /** What an outlet does not want to hear of is not made: only its place moves on. */
  async function after(place: Place, tells: readonly MessageKind[]): Promise<readonly Mark[]> {
    const [detections, entries] = await Promise.all([
      store.detectionsAfter(place.detection, atATime),
      storage.ledgerStore.entries(place.entry, atATime),
    ]);
    const marks: Mark[] = [];
    let at = place;
    for (const { no, id } of detections) {
      at = { ...at, detection: no };
      const message = tells.includes('detections') ? detectionMessage(await desk.detection(id), version) : null;
      marks.push({ place: at, message });
    }
    for (const { index, record } of entries) {
      const entry = JSON.parse(Buffer.from(record).toString()) as LedgerEntry;
      // An entry may be two messages: the place moves on with the last.
      const messages = [
        tells.includes('incidents') ? await turnOf(entry, desk) : undefined,
        tells.includes('response') ? await responseMessage(entry, { actions, version }) : undefined,
      ].filter((each) => each !== undefined);
      for (const message of messages) marks.push({ place: at, message });
      at = { ...at, entry: index + 1 };
      marks.push({ place: at, message: null });
    }
    return marks;
  }
  const couriers = outlets.map(
    (config) =>
      new Courier({
        config,
        outlet: openOutlet(config, address),
        store,
        after: (place) => after(place, config.tells),
        now: () => clock.now(),
      }),
  );
  const running = couriers.map((courier) => courier.run(closing.signal));
  return {
    states: () =>
      Promise.all(
        couriers.map(async ({ state }) => ({
          ...state,
          refusals: (await store.refused(state.outlet, 20)).map((each) => ({ ...each, at: each.at.toISOString() })),
        })),
      ),
    wake: () => {
      for (const courier of couriers) courier.wake();
    },
    close: async () => {
      closing.abort();
      await Promise.all(running);
    },
  };
}

async function turnOf(entry: LedgerEntry, desk: OutDesk) {
  if (entry.incident === null) return undefined;
  if (!isTurn(entry) && !isFollowUpTurn(entry)) return undefined;
  const { row, newest } = await desk.outline(entry.incident);
  if (isFollowUpTurn(entry)) return followUpMessage(entry, row, newest, version);
  return incidentMessage(entry, row, newest, version);
}
