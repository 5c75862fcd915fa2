/**
 * Several sources as one target. What must stay true: the estate of the moment holds every source, never one without the others
 * (a plan made then would take them for gone); an action works on one session, and on none where that is not certain.
 */
import {
  type AnyAction,
  type AnyConnector,
  type Estate,
  FirebreakError,
  type Gap,
  type MissingRight,
} from '@firebreak/contract';
import type { Progress } from '../facts/collect.ts';
import { joinEstates } from '../facts/join-estates.ts';

export interface Target {
  /** As given, or `demo`. */
  readonly spec: string;
  /** What can be pulled: the levers of every source that can be acted on. */
  readonly actions: readonly AnyAction[];
  /** The session that an action with these parameters works on. @throws FirebreakError FB-NOT-FOUND */
  session(action: string, params: unknown): unknown;
  /** The open sessions of a connector, for taking evidence. */
  sessionsOf?(connector: string): readonly unknown[];
  collect(signal: AbortSignal, progress?: Progress): Promise<{ estate: Estate; gaps: readonly Gap[] }>;
  /** The estate after each change, until the signal ends it; undefined where nothing changes by itself. */
  readonly follow: ((signal: AbortSignal) => AsyncIterable<Estate>) | undefined;
  /** What our own credentials may not do, of all sources. */
  readonly lacks?: (signal: AbortSignal) => Promise<readonly MissingRight[]>;
  close(): Promise<void>;
}

export interface Source extends Target {
  readonly connector: AnyConnector;
  readonly opened: unknown;
}

/** What can be followed is; the others are as they were when it began. */
export function joined(sources: readonly Source[]): Target {
  const [only, ...more] = sources;
  if (only === undefined) throw new FirebreakError('FB-USAGE', 'There is no source to read.');
  const pulled = leversOf(sources);
  const sessionsOf = (id: string) => sources.flatMap(({ connector, opened }) => (connector.id === id ? [opened] : []));
  if (more.length === 0) return { ...only, actions: pulled, sessionsOf };
  const followed = sources.filter(({ follow }) => follow !== undefined);
  return {
    spec: sources.map(({ spec }) => spec).join(' '),
    actions: pulled,
    session: (action, params) => sessionFor(sources, action, params),
    sessionsOf,
    collect: async (signal, progress) => {
      const estates: Estate[] = [];
      for (const source of sources) estates.push((await source.collect(signal, progress)).estate);
      const estate = joinEstates(estates);
      return { estate, gaps: estate.gaps };
    },
    follow: followed.length === 0 ? undefined : (signal) => followAll(sources, signal),
    lacks: (signal) => lackingEverywhere(sources, signal),
    close: async () => {
      for (const source of sources) await source.close();
    },
  };
}

/** Over files alone a plan can be made and not carried out: then it is made with every lever that the systems behind them have. */
function leversOf(sources: readonly Source[]): readonly AnyAction[] {
  const live = new Set(sources.flatMap(({ actions }) => actions));
  return live.size > 0 ? [...live] : [...new Set(sources.flatMap(({ connector }) => connector.actions))];
}

function sessionFor(sources: readonly Source[], action: string, params: unknown): unknown {
  const offer = (of: readonly AnyAction[]): boolean => of.some(({ id }) => id === action);
  const live = sources.filter(({ actions }) => offer(actions));
  const able = live.length > 0 ? live : sources.filter(({ connector }) => offer(connector.actions));
  const [only, ...others] = able;
  const chosen =
    others.length === 0 ? only : able.find(({ connector, opened }) => connector.answersFor?.(opened, params) === true);
  if (chosen === undefined)
    throw new FirebreakError('FB-NOT-FOUND', `None of the open sources is the one that ${action} is about.`);
  return chosen.opened;
}

/** What one source may not do another of the same system may: only what none of them may is lacking. */
async function lackingEverywhere(sources: readonly Source[], signal: AbortSignal): Promise<readonly MissingRight[]> {
  const able = sources.filter(({ actions }) => actions.length > 0);
  const told = await Promise.all(able.map(async (source) => ({ source, lacks: (await source.lacks?.(signal)) ?? [] })));
  return told.flatMap(({ source, lacks }) =>
    lacks.filter(({ action }) =>
      told.every(
        (other) =>
          other.source.connector !== source.connector || other.lacks.some((missing) => missing.action === action),
      ),
    ),
  );
}

/** The joined estate after every change of any source that tells of its changes. */
async function* followAll(sources: readonly Source[], signal: AbortSignal): AsyncGenerator<Estate> {
  const latest = new Map<Source, Estate>();
  for (const source of sources)
    if (source.follow === undefined) latest.set(source, (await source.collect(signal)).estate);
  const streams = sources.flatMap((source) =>
    source.follow === undefined ? [] : [{ source, changes: source.follow(signal)[Symbol.asyncIterator]() }],
  );
  const next = async (stream: (typeof streams)[number]) => ({ stream, step: await stream.changes.next() });
  const waiting = new Map(streams.map((stream) => [stream, next(stream)]));
  while (waiting.size > 0) {
    const { stream, step } = await Promise.race(waiting.values());
    if (step.done === true) {
      waiting.delete(stream);
      continue;
    }
    latest.set(stream.source, step.value);
    waiting.set(stream, next(stream));
    // Before each has told its beginning, the estate would look as if the others had vanished.
    const estates = sources.map((source) => latest.get(source));
    if (estates.every((estate) => estate !== undefined)) yield joinEstates(estates);
  }
}
