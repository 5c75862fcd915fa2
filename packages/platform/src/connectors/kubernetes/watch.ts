/**
 * Keeps the facts of a cluster current: list, then watch from the list's revision; changes are handed on in settled batches.
 *
 * What must stay true: after a quiet moment the facts are those that a fresh collect would give. A watch that loses its place
 * (410) or breaks off is followed by a new list of that resource, and what the list no longer holds is gone.
 *
 * Secrets are watched by metadata only and listed again when one changes, so that values stay on the server. Inventory and
 * resources that can only be read namespace by namespace are not watched but read again from time to time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyFact, FactChanges, FactId, Gap } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import type { KubernetesApi, WatchEvent } from './api.ts';
import { makeReader, normaliseRead, type Read, type Reading, readingsOf, typed } from './collect.ts';
import { gapOfFailure } from './gaps.ts';
import { refOf } from './resources.ts';

export interface WatchTiming {
  /** How long changes are gathered before they are handed on. */
  readonly settleMs: number;
  /** Time between two readings of what cannot be watched. */
  readonly rereadMs: number;
  /** Wait after a watch that failed. */
  readonly pauseMs: number;
}
const defaultTiming: WatchTiming = { settleMs: 500, rereadMs: 300_000, pauseMs: 5_000 };

/** Ends when the signal does, and only then; what goes wrong meanwhile is a gap of the batches. */
export async function* watchFacts(
  api: KubernetesApi,
  signal: AbortSignal,
  timing: WatchTiming = defaultTiming,
): AsyncGenerator<FactChanges> {
  const batches = makeBatches();
  const ended = new AbortController();
  const inner = AbortSignal.any([signal, ended.signal]);
  const pause = (ms: number) => delay(ms, undefined, { signal: inner }).catch(() => undefined);
  const watching: Promise<void>[] = [];
  try {
    let discovered = await api.discover(inner);
    while (!discovered.ok) {
      batches.gaps('discovery', [gapOfFailure(discovered, ['*'], `${api.address}/apis`)]);
      yield batches.take();
      await pause(timing.pauseMs);
      if (inner.aborted) return;
      discovered = await api.discover(inner);
    }
    batches.gaps('discovery', []);
    const reader = makeReader(api, inner);
    const readings = readingsOf(discovered.value.resources);
    const followers: (() => Promise<void>)[] = [];
    for (const reading of readings) {
      const first = await reader.read(reading);
      const known = replace(batches, reading, new Map(), first);
      followers.push(() => follow(api, reading, reader.read, first, known, batches, timing, pause, inner));
    }
    yield batches.take();
    for (const start of followers) watching.push(start());
    // A follower that throws ends the whole watch, with its error.
    const failed = Promise.race(watching.map((each) => each.then(() => new Promise<never>(() => {}))));
    while (!inner.aborted) {
      await Promise.race([batches.changed(inner), failed]);
      await pause(timing.settleMs);
      if (!batches.isEmpty() && !inner.aborted) yield batches.take();
    }
  } finally {
    ended.abort();
    await Promise.allSettled(watching);
  }
}

type Known = ReadonlyMap<FactId, AnyFact>;

/** Takes a fresh list of a resource for the truth: returns what is known now, and notes what changed. */
function replace(batches: Batches, reading: Reading, before: Known, read: Read): Map<FactId, AnyFact> {
  const now = new Map(read.facts.map((fact) => [fact.id, fact]));
  for (const fact of read.facts) if (!isSame(before.get(fact.id), fact)) batches.put(fact);
  for (const [id, fact] of before) if (!now.has(id)) batches.drop(fact);
  batches.gaps(keyOf(reading), read.gaps);
  return now;
}

/** A fact of the same revision is the same; without revisions it counts as changed. */
function isSame(before: AnyFact | undefined, after: AnyFact): boolean {
  return before?.source.version !== undefined && before.source.version === after.source.version;
}

async function follow(
  api: KubernetesApi,
  reading: Reading,
  read: (reading: Reading) => Promise<Read>,
  first: Read,
  known: Map<FactId, AnyFact>,
  batches: Batches,
  timing: WatchTiming,
  pause: (ms: number) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  let facts = known;
  let revision = first.resourceVersion;
  const again = async () => {
    const fresh = await read(reading);
    // A list that failed says nothing about what is gone.
    const complete = fresh.resourceVersion !== undefined || fresh.gaps.length === 0;
    if (complete) facts = replace(batches, reading, facts, fresh);
    else batches.gaps(keyOf(reading), fresh.gaps);
    revision = fresh.resourceVersion;
  };
  while (!signal.aborted) {
    if (revision === undefined || reading.form === 'metadata') {
      await pause(timing.rereadMs);
      if (!signal.aborted) await again();
      continue;
    }
    const ending = await watchOnce(api, reading, revision, facts, batches, signal);
    revision = ending.revision;
    if (ending.how === 'failed') await pause(timing.pauseMs);
    if (ending.how !== 'ended' && !signal.aborted) await again();
  }
}

interface Ending {
  /** `ended`: the server's own time limit; watch on. `stale`: list again. `failed`: wait, then list again. */
  readonly how: 'ended' | 'stale' | 'failed';
  readonly revision: string;
}

async function watchOnce(
  api: KubernetesApi,
  reading: Reading,
  from: string,
  facts: Map<FactId, AnyFact>,
  batches: Batches,
  signal: AbortSignal,
): Promise<Ending> {
  let revision = from;
  const metadataOnly = reading.form === 'table';
  const ref = refOf(reading.resource, undefined);
  for await (const event of api.watch(ref, from, signal, metadataOnly ? 'metadata' : 'full')) {
    if (!event.ok) return { how: 'failed', revision };
    if (event.value.type === 'ERROR') {
      const isExpired = field(event.value.object, 'code') === 410;
      return { how: isExpired ? 'stale' : 'failed', revision };
    }
    revision = textAt(event.value.object, 'metadata', 'resourceVersion') ?? revision;
    if (event.value.type === 'BOOKMARK') continue;
    if (metadataOnly) return { how: 'stale', revision };
    apply(reading, event.value, facts, batches);
  }
  return { how: 'ended', revision };
}

function apply(reading: Reading, event: WatchEvent, facts: Map<FactId, AnyFact>, batches: Batches): void {
  const { facts: made, gaps } = normaliseRead(reading.resource, typed(reading.resource, event.object));
  for (const fact of made) {
    if (event.type === 'DELETED') {
      facts.delete(fact.id);
      batches.drop(fact);
    } else {
      facts.set(fact.id, fact);
      batches.put(fact);
    }
  }
  if (event.type !== 'DELETED') for (const gap of gaps) batches.addGap(keyOf(reading), gap);
}

const keyOf = ({ resource }: Reading) => `${resource.group}/${resource.plural}`;

interface Batches {
  put(fact: AnyFact): void;
  drop(fact: AnyFact): void;
  /** All gaps of one resource now. */
  gaps(of: string, gaps: readonly Gap[]): void;
  addGap(of: string, gap: Gap): void;
  isEmpty(): boolean;
  take(): FactChanges;
  /** Resolves as soon as there is something to take, or the signal fires. */
  changed(signal: AbortSignal): Promise<void>;
}

function makeBatches(): Batches {
  const pending = new Map<string, { readonly fact: AnyFact; readonly gone: boolean }>();
  const gapsOf = new Map<string, readonly Gap[]>();
  let dirty = false;
  let wake: PromiseWithResolvers<void> | undefined;
  function touch(): void {
    dirty = true;
    wake?.resolve();
    wake = undefined;
  }
  const note = (fact: AnyFact, gone: boolean) => {
    pending.set(`${fact.kind} ${fact.id}`, { fact, gone });
    touch();
  };
  return {
    put: (fact) => note(fact, false),
    drop: (fact) => note(fact, true),
    gaps(of, gaps) {
      if (JSON.stringify(gapsOf.get(of) ?? []) === JSON.stringify(gaps)) return;
      gapsOf.set(of, gaps);
      touch();
    },
    addGap(of, gap) {
      const known = gapsOf.get(of) ?? [];
      if (known.some((each) => each.where === gap.where && each.code === gap.code)) return;
      gapsOf.set(of, [...known, gap]);
      touch();
    },
    isEmpty: () => !dirty,
    take() {
      const changes = [...pending.values()];
      pending.clear();
      dirty = false;
      return {
        facts: changes.filter((each) => !each.gone).map((each) => each.fact),
        gone: changes.filter((each) => each.gone).map(({ fact }) => ({ kind: fact.kind, id: fact.id })),
        gaps: [...gapsOf.values()].flat(),
      };
    },
    async changed(signal) {
      if (dirty || signal.aborted) return;
      wake ??= Promise.withResolvers();
      const ended = Promise.withResolvers<void>();
      const end = () => ended.resolve();
      signal.addEventListener('abort', end, { once: true });
      await Promise.race([wake.promise, ended.promise]);
      signal.removeEventListener('abort', end);
    },
  };
}
