/** What a Sigma file says once it is understood: rules, correlations of rules, and filters over rules. */
import type { ErrorCode } from '@firebreak/contract';
import type { Network } from './address.ts';
import type { Pattern } from './pattern.ts';

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];
export const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;

export interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}

export const comparisons = ['lt', 'lte', 'gt', 'gte'] as const;
export type Comparison = (typeof comparisons)[number];
export const timeParts = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof timeParts)[number];

/** One question about one value. A field with several values satisfies it when one of them does. */
export type Test =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly cased: boolean }
  | { readonly kind: 'number'; readonly value: number }
  /** The field is absent, or all that it holds is null. */
  | { readonly kind: 'null' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: Network; readonly written: string }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly value: number }
  | { readonly kind: 'time'; readonly part: TimePart; readonly by: Comparison | 'eq'; readonly value: number }
  | {
      readonly kind: 'fieldref';
      readonly other: string;
      readonly starts: boolean;
      readonly ends: boolean;
      readonly cased: boolean;
    };

/** What must hold for an event. `field` is absent for keywords, which are asked of every value of the event. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | { readonly kind: 'test'; readonly field?: string; readonly test: Test };

interface Described {
  readonly title: string;
  /** As written, or made of file and place: always there, unique among what is loaded. */
  readonly id: string;
  readonly name?: string;
  readonly status?: (typeof statuses)[number];
  readonly description?: string;
  readonly author?: string;
  readonly level?: Level;
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly references: readonly string[];
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

export interface DetectionRule extends Described {
  readonly kind: 'rule';
  readonly logsource: LogSource;
  readonly expression: Expression;
  /** Fields that the author wants shown. */
  readonly fields: readonly string[];
}

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof correlationTypes)[number];
export type Bound = { readonly by: Comparison | 'eq' | 'neq'; readonly value: number };

/** A condition over which rules occurred, for the temporal types: rules by their number in `rules`. */
export type Occurrence =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Occurrence[] }
  | { readonly kind: 'not'; readonly part: Occurrence }
  | { readonly kind: 'rule'; readonly rule: number };

export interface CorrelationRule extends Described {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids or names. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** All must hold. Empty for a temporal type without one: all rules must occur. */
  readonly bounds: readonly Bound[];
  readonly occurrence?: Occurrence;
  /** What is counted or measured. */
  readonly fields: readonly string[];
  readonly percentile: number;
  /** alias → rule (id or name) → field of its events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The rules that it is made of are findings by themselves as well. */
  readonly generate: boolean;
}

export interface FilterRule extends Described {
  readonly kind: 'filter';
  readonly logsource: LogSource;
  /** Ids or names of rules; or all rules of the log source. */
  readonly rules: readonly string[] | 'any';
  readonly expression: Expression;
}

export type SigmaRule = DetectionRule | CorrelationRule | FilterRule;

/** Why something was refused or looks wrong, at its place. */
export interface RuleProblem {
  readonly code: ErrorCode;
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  /** The rule was loaded all the same. */
  readonly warning?: true;
}

/** What is wrong with a rule. It never leaves the reader: it becomes a `RuleProblem`, and the rest is read. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly line: number;
  constructor(line: number, reason: string, code: ErrorCode = 'FB-SIGMA-INVALID') {
    super(reason);
    this.code = code;
    this.line = line;
  }
}
