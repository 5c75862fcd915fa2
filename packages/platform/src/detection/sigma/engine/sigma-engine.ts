/**
 * The detection engine: rules in, events in, findings out.
 *
 * Rules come and go at run time. Every change makes a complete new set (read, linked, compiled) beside the old one and puts it
 * in place in one assignment, so an event is judged by one set of rules, never by half of each. Correlations that did not
 * change keep their state.
 *
 * For each event source the rules that fit it are rewritten to its fields and compiled into one program, when its first event
 * comes. The engine has no clock and does no I/O: times are the events', or are given.
 */
import { sha256Hex } from '../../../kernel/digest.ts';
import {
  type Correlated,
  type CorrelationOptions,
  Correlator,
  type CorrelatorState,
  type Counted,
  defaultCorrelationOptions,
} from '../correlation/correlator.ts';
import { type Linked, link } from '../correlation/link.ts';
import { type RuleText, readRules } from '../language/read-rules.ts';
import type { DetectionRule, RuleProblem } from '../language/rule.ts';
import { Program } from '../program/program.ts';
import type { Scalar } from '../program/scalar.ts';
import { withAttributes } from '../sources/attribute-lists.ts';
import { type EventSource, placeholdersOf } from '../sources/log-source.ts';
import { foreignAt } from '../sources/path.ts';
import { eventId, eventTime, type Recogniser, recogniserOf } from '../sources/recognise.ts';
import { fits, pathsOf, rewritten } from '../sources/rewrite.ts';

export interface EventContext {
  /** Id of the event source; recognised by its content when absent. */
  readonly source?: string;
  /** When the event reached us, in milliseconds since 1970. */
  readonly receivedAt?: number | undefined;
  /** Its id where it is kept; the one that its own fields tell when absent. */
  readonly eventId?: string;
}

export interface Judged {
  /** Undefined: nothing is known about such events, so no rule was asked. */
  readonly source: string | undefined;
  /** Rules that are true for the event and stand by themselves. */
  readonly rules: readonly DetectionRule[];
  /** Some rule is true, be it one that is only counted. */
  readonly matched: boolean;
  /** Correlations that this event, or the time that it brought, completed. */
  readonly correlations: readonly Correlated[];
  readonly eventId: string | undefined;
  readonly time: number | undefined;
  /** The event was larger than what is looked at: what was not found may be there. */
  readonly truncated: boolean;
}

/** Most events find nothing: no list for each of those. */
const none: readonly never[] = [];

export interface RuleSetReport {
  readonly rules: number;
  readonly correlations: number;
  readonly filters: number;
  /** What was refused, and what looks wrong (`warning`). */
  readonly problems: readonly RuleProblem[];
}

interface RuleSet {
  readonly linked: Linked;
  readonly correlator: Correlator;
  /** By source id. */
  readonly programs: Map<string, MadeProgram>;
}

interface MadeProgram {
  readonly program: Program;
  readonly rules: readonly number[];
  /** Where a field is that a correlation asks for, by the rule that was true. */
  readonly paths: Map<DetectionRule, Map<string, readonly (readonly string[])[]>>;
}

export interface EngineOptions {
  readonly sources: readonly EventSource[];
  readonly correlation?: Partial<CorrelationOptions>;
}

export class SigmaEngine {
  readonly #sources: ReadonlyMap<string, EventSource>;
  readonly #recognise: Recogniser;
  readonly #correlation: CorrelationOptions;
  readonly #placeholders: ReadonlyMap<string, readonly string[]>;
  #files: ReadonlyMap<string, string> = new Map();
  #digest: string | undefined;
  #set: RuleSet;

  constructor({ sources, correlation }: EngineOptions) {
    this.#sources = new Map(sources.map((source) => [source.id, source]));
    this.#recognise = recogniserOf(sources);
    this.#correlation = { ...defaultCorrelationOptions, ...correlation };
    this.#placeholders = placeholdersOf(sources);
    this.#set = this.#compiled([]).set;
  }

  /** These rules and no others. */
  load(files: readonly RuleText[]): RuleSetReport {
    return this.#replace(new Map(files.map(({ file, text }) => [file, text])));
  }

  /** Adds a file of rules, or exchanges it. */
  put({ file, text }: RuleText): RuleSetReport {
    return this.#replace(new Map([...this.#files, [file, text]]));
  }

  remove(file: string): RuleSetReport {
    return this.#replace(new Map([...this.#files].filter(([name]) => name !== file)));
  }

  /** @param event parsed JSON. */
  judge(event: object, context: EventContext = {}): Judged {
    const set = this.#set;
    const source = context.source === undefined ? this.#recognise(event) : this.#sources.get(context.source);
    if (source === undefined)
      return {
        source: undefined,
        rules: none,
        matched: false,
        correlations: none,
        eventId: undefined,
        time: undefined,
        truncated: false,
      };
    const { rules, read, truncated } = this.#trueOf(event, source);
    const id = context.eventId ?? eventId(event, source);
    const time = eventTime(event, source) ?? context.receivedAt;
    const { receivedAt } = context;
    const about = { source: source.id, eventId: id, time, truncated };
    const { linked, correlator } = set;
    const correlations = time === undefined ? none : correlator.observe({ time, rules, read, eventId: id, receivedAt });
    const standing = rules.filter((rule) => linked.stands[rule]).map((rule) => linked.rules[rule] as DetectionRule);
    return { ...about, rules: standing, matched: rules.length > 0, correlations };
  }

  /**
   * What an event is to the rules before anything is remembered: whether a rule is true of it that stands by itself, what it is to the
   * correlations, and the time (ms since 1970) that it brings. Undefined for one that must be judged to know; a time of NaN is that of
   * events of which nothing is known.
   */
  glance(
    event: object,
  ): { readonly stands: boolean; readonly counted: readonly Counted[]; readonly time: number } | undefined {
    const source = this.#recognise(event);
    if (source === undefined) return { stands: false, counted: none, time: Number.NaN };
    const time = eventTime(event, source);
    if (time === undefined) return undefined;
    const { linked, correlator } = this.#set;
    const { rules, read } = this.#trueOf(event, source);
    if (rules.length === 0) return { stands: false, counted: none, time };
    return { stands: rules.some((rule) => linked.stands[rule]), counted: correlator.countedIn(rules, read), time };
  }

  /** An event that `glance` told of, and of which no rule is true that stands by itself. */
  pass(
    { time, counted }: { readonly time: number; readonly counted: readonly Counted[] },
    { eventId: id, receivedAt }: { readonly eventId: string | undefined; readonly receivedAt: number | undefined },
  ): readonly Correlated[] {
    const { correlator } = this.#set;
    return Number.isNaN(time) ? none : correlator.count({ time, receivedAt, eventId: id }, counted);
  }

  /** Tells rule sets apart: two engines of the same sources with the same digest judge alike. */
  get digest(): string {
    this.#digest ??= sha256Hex(JSON.stringify([...this.#files]));
    return this.#digest;
  }

  /** Time has come so far, although no event says so. */
  advance(time: number): readonly Correlated[] {
    return this.#set.correlator.advance(time);
  }

  /** What the correlations remember, as plain data. */
  state(): CorrelatorState {
    return this.#set.correlator.state();
  }

  /** @returns ids of correlations whose state could not be kept, because they are gone or were changed. */
  restore(state: CorrelatorState): readonly string[] {
    const correlator = new Correlator(this.#set.linked.correlations, this.#correlation);
    const dropped = correlator.restore(state);
    this.#set = { ...this.#set, correlator };
    return dropped;
  }

  get counts() {
    return {
      ...this.#set.correlator.counts,
      programs: [...this.#set.programs].map(([source, { program }]) => ({ source, ...program.size })),
    };
  }

  #replace(files: ReadonlyMap<string, string>): RuleSetReport {
    const { set, report } = this.#compiled([...files].map(([file, text]) => ({ file, text })));
    const dropped = set.correlator.restore(this.#set.correlator.state());
    this.#files = files;
    this.#digest = undefined;
    this.#set = set;
    const lost = dropped.filter((id) => set.linked.correlations.some(({ rule }) => rule.id === id));
    return {
      ...report,
      problems: [
        ...report.problems,
        ...lost.map((id): RuleProblem => {
          const rule = set.linked.correlations.find((candidate) => candidate.rule.id === id)?.rule;
          const reason = 'The correlation was changed; what it had counted so far is gone.';
          return { code: 'FB-SIGMA-STATE', file: rule?.file ?? '', line: rule?.line ?? 1, reason, warning: true };
        }),
      ],
    };
  }

  #compiled(files: readonly RuleText[]): { readonly set: RuleSet; readonly report: RuleSetReport } {
    const read = files.map((file) => readRules(file, this.#placeholders));
    const linked = link(read.flatMap(({ rules }) => rules));
    const problems = [...read.flatMap(({ problems: found }) => found), ...linked.problems];
    const set = { linked, correlator: new Correlator(linked.correlations, this.#correlation), programs: new Map() };
    const { rules, correlations, filters } = linked;
    return { set, report: { rules: rules.length, correlations: correlations.length, filters, problems } };
  }

  /** Rules that are true for the event, and how their fields are read in it. */
  #trueOf(
    event: object,
    source: EventSource,
  ): {
    readonly rules: readonly number[];
    readonly truncated: boolean;
    readonly read: (rule: number, field: string) => Scalar | undefined;
  } {
    const set = this.#set;
    const made = this.#programFor(set, source);
    const { attributeLists: lists = [] } = source;
    const seen = lists.length === 0 ? { event, truncated: false } : withAttributes(event, lists);
    const { matched, truncated } = made.program.evaluate(seen.event);
    return {
      rules: matched.length === 0 ? none : matched.map((position) => made.rules[position] as number),
      truncated: truncated || seen.truncated,
      read: (rule, field) => {
        for (const path of this.#pathsFor(made, set.linked.rules[rule], field, source)) {
          const value = foreignAt(seen.event, path);
          if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Scalar;
        }
        return undefined;
      },
    };
  }

  #pathsFor({ paths }: MadeProgram, rule: DetectionRule | undefined, field: string, source: EventSource) {
    if (rule === undefined) return [];
    const ofRule = paths.get(rule) ?? new Map<string, readonly (readonly string[])[]>();
    paths.set(rule, ofRule);
    const known = ofRule.get(field);
    if (known !== undefined) return known;
    const found = pathsOf(field, rule.logsource, source).map((path) => path.split('.'));
    ofRule.set(field, found);
    return found;
  }

  #programFor({ linked, programs }: RuleSet, source: EventSource): MadeProgram {
    const known = programs.get(source.id);
    if (known !== undefined) return known;
    const rules = linked.rules.flatMap((rule, number) => (fits(rule.logsource, source.logsource) ? [number] : []));
    const expressions = rules.map((number) => {
      const rule = linked.rules[number] as DetectionRule;
      return rewritten(rule.expression, rule.logsource, source);
    });
    const made: MadeProgram = { program: new Program(expressions), rules, paths: new Map() };
    programs.set(source.id, made);
    return made;
  }
}
