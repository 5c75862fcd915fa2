/**
 * The watch's own thread: it reads the event store by itself, so that neither a large batch nor a large state holds up an answer.
 * Only what it found goes to the main thread, which says when it was taken.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Detection } from '@firebreak/contract';
import type { RuleSetReport } from '../detection/sigma/engine/sigma-engine.ts';
import { streamDetectors } from '../detection/stream/index.ts';
import type { AppendedBlock, EventLine } from '../events/store.ts';
import { openDatabase } from '../storage/database.ts';
import { createEventStore } from '../storage/event-store.ts';
import { createWatchPlaces } from '../storage/watch-places.ts';
import { RuleKeeper, type RuleTexts } from './rule-keeper.ts';
import { WatchFeed } from './watch-feed.ts';
import { type FollowerCounts, WatchFollower } from './watch-follower.ts';

export interface RuleReport extends RuleSetReport {
  /** Detectors of ours. */
  readonly detectors: number;
}
export interface WatchThreadData {
  /** Whose events it follows; its place is kept under the name. */
  readonly line: EventLine;
  readonly database: string;
  readonly rules: readonly string[];
}
export type ToWatchThread =
  | { readonly kind: 'appended' }
  | { readonly kind: 'block'; readonly block: AppendedBlock }
  | { readonly kind: 'taken'; readonly no: number; readonly problem?: string }
  | { readonly kind: 'stop' };
export type FromWatchThread =
  | { readonly kind: 'found'; readonly no: number; readonly detections: readonly Detection[] }
  | { readonly kind: 'counts'; readonly counts: FollowerCounts }
  | { readonly kind: 'rules'; readonly rules: RuleReport; readonly texts: RuleTexts }
  | { readonly kind: 'trouble'; readonly problem: string };

const tellEachMs = 100;
const lookAtRulesEachMs = 2000;

const port = parentPort;
if (port === null) throw new Error('the watch runs as a thread');
const tell = (message: FromWatchThread) => port.postMessage(message);
const { line, database: url, rules: folders } = workerData as WatchThreadData;

const stopping = new AbortController();
const handed = new Map<number, { resolve: () => void; reject: (reason: Error) => void }>();
let handedNo = 0;
let follower: WatchFollower | undefined;
let feed: WatchFeed | undefined;
port.on('message', (message: ToWatchThread) => {
  if (message.kind === 'block') feed?.hand(message.block);
  if (message.kind === 'block' || message.kind === 'appended') follower?.nudge();
  else if (message.kind === 'stop') stopping.abort();
  else {
    const waiting = handed.get(message.no);
    handed.delete(message.no);
    if (message.problem === undefined) waiting?.resolve();
    else waiting?.reject(new Error(message.problem));
  }
});

const database = await openDatabase(url, { connections: 2 });
try {
  const keeper = await RuleKeeper.open(folders, stopping.signal);
  const tellRules = () => {
    const rules = { ...keeper.report, detectors: streamDetectors.length };
    tell({ kind: 'rules', rules, texts: keeper.texts });
  };
  tellRules();
  const places = createWatchPlaces(database, line);
  feed = new WatchFeed(createEventStore(database), line);
  const opened = await WatchFollower.open({
    name: line.name,
    events: feed,
    places,
    from: await places.begin(),
    engine: keeper.engine,
    detectors: streamDetectors,
    take: (detections) =>
      new Promise((resolve, reject) => {
        handedNo += 1;
        handed.set(handedNo, { resolve, reject });
        tell({ kind: 'found', no: handedNo, detections });
      }),
    now: () => Date.now(),
    onTrouble: trouble,
  });
  follower = opened;
  const telling = setInterval(() => tell({ kind: 'counts', counts: opened.counts }), tellEachMs);
  const looking = setInterval(() => {
    keeper
      .refresh(stopping.signal)
      .then((changed) => {
        if (changed) tellRules();
      })
      .catch(trouble);
  }, lookAtRulesEachMs);
  await opened.run(stopping.signal);
  clearInterval(telling);
  clearInterval(looking);
  tell({ kind: 'counts', counts: opened.counts });
} finally {
  await database.close();
  port.close();
}

function trouble(error: unknown): void {
  // What breaks off because it was told to end is none.
  if (stopping.signal.aborted) return;
  tell({ kind: 'trouble', problem: error instanceof Error ? error.message : String(error) });
}
