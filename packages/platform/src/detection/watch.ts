/**
 * Everything that looks at events as they come, as one: rules of Sigma and detectors of ours. Events in, detections out.
 *
 * What must stay true:
 *
 * - No clock and no I/O: the same events in the same order find the same, so a log can be replayed after a crash and nothing is
 *   found twice. Whoever drives it keeps the events, and its state.
 * - One detector that fails harms no other: it is stopped, and `failures` says why. A silent detector would be read as "clean".
 * - What a correlation counted is cited. The engine knows ids only, so the events that some rule was true for are remembered
 *   for as long as there is room (`remembered.ts`).
 */
import type {
  CitedEvent,
  Detected,
  Detection,
  NormalEvent,
  RunningDetector,
  SeenEvent,
  StreamDetector,
} from '@firebreak/contract';
import { actingNodes } from '../events/acting-nodes.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { byFormat } from './by-format.ts';
import { RememberedEvents } from './remembered.ts';
import { RollUp, type RollUpState } from './roll-up.ts';
import type { Correlated, CorrelatorState, Counted } from './sigma/correlation/correlator.ts';
import type { SigmaEngine } from './sigma/engine/sigma-engine.ts';
import type { CorrelationRule, DetectionRule } from './sigma/language/rule.ts';

export interface WatchState {
  readonly version: 1;
  readonly sigma: CorrelatorState;
  /** Ids of the events that are remembered, the newest last; whoever has the events gives them back. */
  readonly remembered: readonly string[];
  readonly rolls?: RollUpState;
  /** By the detector's id. */
  readonly detectors: Readonly<Record<string, unknown>>;
}

export interface WatchParts {
  readonly engine: SigmaEngine;
  readonly detectors: readonly StreamDetector[];
  /** What `state` gave before. */
  readonly state?: WatchState | undefined;
  /** The events that it names as remembered, as far as they are still to be had. */
  readonly remembered?: readonly NormalEvent[];
}

interface Asked {
  readonly is: StreamDetector;
  readonly runs: RunningDetector;
}

const mostCited = 20;
const nothing: readonly Detection[] = [];
const noneFound: readonly Detected[] = [];

export class Watch {
  readonly #engine: SigmaEngine;
  readonly #detectors: readonly Asked[];
  /** Those that may have to see an event only by what they saw before. */
  readonly #watching: readonly Asked[];
  readonly #lookingAt: (format: string) => readonly Asked[];
  readonly #remembered = new RememberedEvents();
  readonly #rolls: RollUp;
  readonly #failures = new Map<string, string>();

  constructor({ engine, detectors, state, remembered = [] }: WatchParts) {
    this.#engine = engine;
    this.#rolls = new RollUp(state?.rolls);
    this.#detectors = detectors.map((is) => ({ is, runs: is.start(state?.detectors[is.id]) }));
    this.#lookingAt = byFormat(this.#detectors, ({ is }) => is.needs);
    this.#watching = this.#detectors.filter(({ runs }) => runs.watchesFor !== undefined);
    if (state !== undefined) engine.restore(state.sigma);
    for (const event of remembered) this.#remembered.add(event.id, JSON.stringify(event));
  }

  /**
   * @param receivedAt ms since 1970, against clocks that run ahead.
   * @param form the JSON of the event's form, where it is at hand
   */
  see(seen: SeenEvent, receivedAt?: number, form?: string): readonly Detection[] {
    const { event, raw } = seen;
    // Most events find nothing: no list for those.
    let found: Detection[] | undefined;
    const add = (detection: Detection) => {
      if (found === undefined) found = [detection];
      else found.push(detection);
    };
    if (typeof raw === 'object' && raw !== null) {
      const judged = this.#engine.judge(raw, { eventId: event.id, receivedAt });
      if (judged.matched) this.#remembered.add(event.id, form ?? JSON.stringify(event));
      for (const rule of judged.rules) {
        const told = this.#rolls.add(ofRule(rule, rule.id, [event], 1));
        if (told !== undefined) add(told);
      }
      for (const each of judged.correlations) add(this.#ofCorrelation(each, event));
    }
    for (const asked of this.#lookingAt(event.source.format))
      for (const each of this.#toldBy(asked, () => asked.runs.see(seen))) add(ofDetector(asked.is, each));
    return found ?? nothing;
  }

  /**
   * An event that was looked at before: where nobody has to see it, only its time comes, and it is counted.
   *
   * @returns undefined when it has to be seen
   */
  pass(kept: KeptEvent, receivedAt: number): readonly Detection[] | undefined {
    const { look } = kept;
    if (look === undefined || look.must || look.by !== this.#engine.digest) return undefined;
    if (look.names.some((name) => this.#isWatchedFor(name))) return undefined;
    // They are of our own engine: it is its digest.
    const counted = look.counted as readonly Counted[];
    const completed = this.#engine.pass({ time: look.ruleTime, counted }, { eventId: look.is?.id, receivedAt });
    if (look.is !== undefined) this.#remembered.add(look.is.id, look.is.form);
    return completed.length === 0 ? nothing : completed.map((each) => this.#ofCorrelation(each, kept.event));
  }

  /** Time has come so far (ms since 1970), although no event says so. */
  *advance(time: number): Generator<Detection> {
    for (const { rule, group, from, eventIds } of this.#engine.advance(time)) {
      const events = this.#known(eventIds, undefined);
      if (events.length > 0) yield ofRule(rule, `${rule.id} ${JSON.stringify(group)} ${from}`, events, eventIds.length);
    }
    yield* this.#rolls.settle(time);
    for (const asked of this.#detectors)
      for (const each of this.#toldBy(asked, () => asked.runs.advance(time))) yield ofDetector(asked.is, each);
  }

  /** Plain JSON data. */
  state(): WatchState {
    return {
      version: 1,
      sigma: this.#engine.state(),
      remembered: this.#remembered.ids,
      rolls: this.#rolls.state(),
      detectors: Object.fromEntries(this.#detectors.map(({ is, runs }) => [is.id, runs.state()])),
    };
  }

  /** Detectors that were stopped because they failed, and why. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  #ofCorrelation({ rule, group, from, eventIds }: Correlated, deciding: NormalEvent): Detection {
    const events = this.#known(eventIds, deciding);
    return ofRule(rule, `${rule.id} ${JSON.stringify(group)} ${from}`, events, eventIds.length);
  }

  #isWatchedFor(name: string): boolean {
    return this.#watching.some(({ is, runs }) => !this.#failures.has(is.id) && runs.watchesFor?.(name) === true);
  }

  /** All of it or, of a detector that fails, nothing. */
  #toldBy({ is }: Asked, question: () => Iterable<Detected>): readonly Detected[] {
    if (this.#failures.has(is.id)) return noneFound;
    try {
      let found: Detected[] | undefined;
      for (const each of question()) {
        found ??= [];
        found.push(each);
      }
      return found ?? noneFound;
    } catch (error) {
      this.#failures.set(is.id, error instanceof Error ? error.message : String(error));
      return noneFound;
    }
  }

  #known(ids: readonly string[], deciding: NormalEvent | undefined): NormalEvent[] {
    const events = ids.flatMap((id) => this.#remembered.get(id) ?? []);
    return events.length > 0 || deciding === undefined ? events : [deciding];
  }
}

const severityOf = {
  informational: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
} as const satisfies Record<NonNullable<DetectionRule['level']>, Detection['severity']>;

/** What a rule's detections count for. */
export function standingOf({
  level = 'medium',
  status,
}: DetectionRule | CorrelationRule): Pick<Detection, 'status' | 'severity'> {
  return {
    status: status === 'deprecated' || status === 'unsupported' ? 'trial' : 'stable',
    severity: severityOf[level],
  };
}

function ofRule(
  rule: DetectionRule | CorrelationRule,
  group: string,
  events: readonly NormalEvent[],
  count: number,
): Detection {
  const { title, description = title, falsepositives, tags, author } = rule;
  const doubts = falsepositives.length === 0 ? '' : ` Known to be harmless: ${falsepositives.join('; ')}`;
  return detectionOf({
    detector: `sigma/${rule.id}`,
    ...standingOf(rule),
    title,
    found: { group, events, count },
    what: title,
    why: description,
    next: `Look at the events, and at what the identity could reach.${doubts}`,
    techniques: [...tags],
    ...(author === undefined ? {} : { author }),
  });
}

function ofDetector(is: StreamDetector, found: Detected): Detection {
  const { id, status, severity, title, explain, techniques } = is;
  const named = found.theirs ?? { detector: id, title };
  return detectionOf({ status, severity, found, ...named, ...explain, techniques: [...techniques] });
}

type Told = Pick<
  Detection,
  'detector' | 'status' | 'severity' | 'title' | 'what' | 'why' | 'next' | 'techniques' | 'author'
>;

function detectionOf({ found, ...told }: Told & { readonly found: Detected }): Detection {
  const { events, group, note, severity, by = [], about = [], count = events.length } = found;
  const times = events.map(({ time }) => time).sort();
  return {
    ...told,
    id: sha256Hex(JSON.stringify([told.detector, group, events[0]?.id])).slice(0, 32),
    ...(severity === undefined ? {} : { severity }),
    ...(note === undefined ? {} : { note }),
    first: times[0] ?? '',
    last: times.at(-1) ?? '',
    by: [...new Set([...events.flatMap(actingNodes), ...by])],
    about: [...new Set([...events.flatMap(({ targets }) => targets), ...about])],
    sessions: [...new Set(events.flatMap(({ actor }) => actor.session ?? []))],
    events: cited(events),
    count,
  };
}

/** The first ones and the last. */
function cited(events: readonly NormalEvent[]): CitedEvent[] {
  const shown = events.length <= mostCited ? events : [...events.slice(0, mostCited - 1), ...events.slice(-1)];
  return shown.map(({ id, digest, time, source: { locator, line } }) => ({
    id,
    digest,
    time,
    where: { locator, ...(line === undefined ? {} : { line }) },
  }));
}
