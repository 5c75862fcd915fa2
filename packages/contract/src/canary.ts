/**
 * A canary: a restored version takes a growing share of the traffic, and every so often it is judged by numbers beside the version that
 * serves. Described in docs/canary.md; the judge itself is a pure function of the platform (`recovery/canary/judge.ts`).
 *
 * What must stay true: an answer that cannot be told is never a pass. Missing data prolongs a stage, and at its end it fails closed.
 */
import { z } from 'zod';
import { canaryAddress, canaryHeaders, canaryKeyVariable } from './canary-endpoint.ts';
import { canaryProbeSchema } from './canary-probe.ts';

const word = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not one line');

export const canaryVariants = ['baseline', 'canary'] as const;
export type CanaryVariant = (typeof canaryVariants)[number];

/**
 * How a metric is compared. `values`: numbers, by ranks (Mann–Whitney). `proportion`: how many of how many, by an exact conditional test.
 * `pairs`: the same question to both, by an exact sign test of those where they differ (McNemar).
 */
export const canaryMetricKinds = ['values', 'proportion', 'pairs'] as const;

/** Of Firebreak's own event store: what logged inferences tell of each version. */
export const telemetryMeasures = [
  'latency',
  'errors',
  'tokens',
  'refusals',
  'confidence',
  'score',
  'secrets',
  'injections',
] as const;

/** What is told by the answers to guard queries, of each version. */
export const guardMeasures = ['mismatches', 'refusals', 'secrets', 'injections', 'failures', 'latency'] as const;

const metricSourceSchema = z.discriminatedUnion('from', [
  /** Sent in by whoever measures: `POST /api/canaries/{id}/samples`. */
  z.object({ from: z.literal('sent') }),
  /**
   * Of a metric by its name and labels every sample of every series is one value, of other expressions every point of a range query. For a proportion the queries give counts since the last reading:
   * `baseline` of `baselineTotal`. `$seconds` in a query stands for the seconds that a point (`stepSeconds`) or a count is about.
   */
  z.object({
    from: z.literal('prometheus'),
    baseline: z.string().min(1).max(4000),
    canary: z.string().min(1).max(4000),
    baselineTotal: z.string().min(1).max(4000).optional(),
    canaryTotal: z.string().min(1).max(4000).optional(),
    /** Between two points (15 when absent). Of counts (60) at least four scrapes: Prometheus counts from two points on. */
    stepSeconds: z.number().int().min(1).max(3600).optional(),
  }),
  z.object({ from: z.literal('telemetry'), measure: z.enum(telemetryMeasures) }),
  z.object({ from: z.literal('guard'), measure: z.enum(guardMeasures) }),
]);

export const effectMeasures = ['mean-ratio', 'cles'] as const;

/** What the judge needs to know of a metric; Kayenta's analysis configuration. */
export const metricRuleSchema = z.object({
  name: word,
  kind: z.enum(canaryMetricKinds).default('values'),
  /** In which direction it is bad. */
  worse: z.enum(['increase', 'decrease', 'either']).default('increase'),
  /** Metrics of a group share its weight. */
  group: word.default('business'),
  /** That it fails is enough for the canary to fail. */
  critical: z.boolean().default(false),
  /** A value that is not there is left out, or counts as 0. */
  missing: z.enum(['remove', 'zero']).default('remove'),
  /** `remove`: beyond three interquartile ranges and beyond the 1st or 99th percentile. Never of proportions. */
  outliers: z.enum(['remove', 'keep']).default('remove'),
  /** What a difference must be beside certain, to count; 1 (or 0.5 of `cles`) for any. And what alone fails the canary. */
  effect: z
    .object({
      measure: z.enum(effectMeasures).default('mean-ratio'),
      allowedIncrease: z.number().min(0).default(1),
      allowedDecrease: z.number().min(0).default(1),
      criticalIncrease: z.number().min(0).optional(),
      criticalDecrease: z.number().min(0).optional(),
    })
    .optional(),
  /** Of a proportion: a difference of shares up to this does not count. */
  allowedDifference: z.number().min(0).max(1).default(0),
});
export type MetricRule = z.output<typeof metricRuleSchema>;

export const canaryMetricSchema = metricRuleSchema.extend({ source: metricSourceSchema });
export type CanaryMetric = z.output<typeof canaryMetricSchema>;

export const judgeSettingsSchema = z.object({
  /** Of one look by itself; a run replaces it by what its looks may spend. */
  confidence: z.number().min(0.5).max(0.9999).default(0.98),
  /** A shift must be more certain than its own size times this. */
  tolerance: z.number().min(0).max(0.9).default(0.25),
  /** Scores of 0 to 100, from which on it passes, and below which it fails; between them it is marginal. */
  pass: z.number().min(0).max(100).default(95),
  marginal: z.number().min(0).max(100).default(75),
  /** In percent; groups without one share what is left. */
  groupWeights: z.record(word, z.number().min(0).max(100)).default({}),
});
export type JudgeSettings = z.output<typeof judgeSettingsSchema>;

/** How much traffic, until when, and what must have been seen before the next one. */
export const canaryStageSchema = z.object({
  percent: z.number().int().min(1).max(100),
  /** Looks at the end of each of which it is judged. */
  looks: z.number().int().min(1).max(20).default(2),
  /** Of each metric and each version, in each look. */
  minSamples: z.number().int().min(1).max(100_000).default(50),
  /** A look takes at least so long, and a stage at most; a stage that has not come to its looks by then fails. */
  lookSeconds: z.number().int().min(1).max(86_400).default(300),
  maxSeconds: z
    .number()
    .int()
    .min(1)
    .max(7 * 86_400)
    .default(7200),
});
export type CanaryStage = z.output<typeof canaryStageSchema>;

/** What moves the traffic: an action by its id, with its parameters but for `percent`. `hand`: somebody else does. */
const trafficSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('hand') }),
  z.object({ by: z.literal('lever'), action: word, params: z.record(z.string(), z.unknown()) }),
]);

const guardExpectations = z.discriminatedUnion('be', [
  /** SHA-256 (hex) of the answer, trimmed. */
  z.object({ be: z.literal('digest'), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The answer has this in it, or has it not; letters of either size. */
  z.object({ be: z.literal('containing'), text: z.string().min(1).max(2000) }),
  z.object({ be: z.literal('without'), text: z.string().min(1).max(2000) }),
  /** Numbers of the first output, each within `absolute` + `relative` × expected. */
  z.object({
    be: z.literal('numbers'),
    values: z.array(z.number()).min(1).max(4096),
    absolute: z.number().min(0).default(1e-6),
    relative: z.number().min(0).default(1e-4),
  }),
  /** It declines, as it should. */
  z.object({ be: z.literal('refusal') }),
]);

export const guardQuerySchema = z.object({
  id: word,
  /** A chat message, or the `inputs` of the V2 inference protocol. */
  prompt: z.string().min(1).max(20_000).optional(),
  inputs: z.array(z.record(z.string(), z.unknown())).min(1).max(16).optional(),
  expect: guardExpectations,
  /** Whoever fails it twice running, while the other version passes, fails the canary. */
  mustHold: z.boolean().default(false),
});
export type GuardQuery = z.output<typeof guardQuerySchema>;

const endpointSchema = z.object({
  /** Of the API: `https://gateway/v1`, `http://host/v2`. */
  address: canaryAddress,
  model: word,
  keyFrom: canaryKeyVariable.optional(),
  headers: canaryHeaders,
});
export type CanaryEndpoint = z.output<typeof endpointSchema>;

export const guardSchema = z.object({
  protocol: z.enum(['openai', 'v2']).default('openai'),
  baseline: endpointSchema,
  canary: endpointSchema,
  queries: z.array(guardQuerySchema).min(1).max(200),
  /** Order and sampling: the same for both versions. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
  timeoutMs: z.number().int().min(100).max(120_000).default(20_000),
});
export type CanaryGuard = z.output<typeof guardSchema>;

export const canaryConfigSchema = z
  .object({
    name: word,
    /** What is restored, in words: shown, recorded. */
    about: z.string().max(2000).default(''),
    /** The incident whose record it goes into. */
    incident: z.string().max(64).nullable().default(null),
    stages: z.array(canaryStageSchema).min(1).max(12),
    metrics: z.array(canaryMetricSchema).min(1).max(40),
    judge: judgeSettingsSchema.prefault({}),
    /** The share of canaries, with nothing wrong, that may be rolled back: over all metrics and all looks. */
    falseRollback: z.number().min(0.0001).max(0.2).default(0.02),
    /** How that share is spent over the looks: evenly (early harm is found early), or late (small harm is found at the end). */
    spending: z.enum(['even', 'late']).default('even'),
    traffic: trafficSchema.default({ by: 'hand' }),
    /** Asks the public way in who answers, after every move of the traffic. */
    probe: canaryProbeSchema.optional(),
    prometheus: z.object({ address: canaryAddress, keyFrom: canaryKeyVariable.optional() }).optional(),
    /** How logged inferences tell the two versions apart. */
    telemetry: z.object({ model: word, baseline: word, canary: word }).optional(),
    guard: guardSchema.optional(),
  })
  .superRefine((config, context) => {
    const wrong = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path });
    const names = config.metrics.map(({ name }) => name);
    if (new Set(names).size < names.length) wrong('two metrics have the same name', 'metrics');
    config.stages.forEach(({ percent, looks, lookSeconds, maxSeconds }, at) => {
      if (percent <= (config.stages[at - 1]?.percent ?? 0))
        wrong('each stage takes more than the one before', 'stages', at);
      if (maxSeconds < looks * lookSeconds) wrong('its looks take longer than the stage may', 'stages', at);
    });
    config.metrics.forEach(({ source, kind }, at) => {
      if (source.from === 'prometheus' && config.prometheus === undefined)
        wrong('it names no prometheus', 'metrics', at);
      if (source.from === 'telemetry' && config.telemetry === undefined) wrong('it names no telemetry', 'metrics', at);
      if (source.from === 'guard' && config.guard === undefined) wrong('it names no guard', 'metrics', at);
      if (
        source.from === 'prometheus' &&
        kind === 'proportion' &&
        (source.baselineTotal === undefined || source.canaryTotal === undefined)
      )
        wrong('a proportion needs the totals', 'metrics', at);
      const fitting = kindsOf(source);
      if (!fitting.includes(kind)) wrong(`this source gives ${fitting.join(' or ')}, not ${kind}`, 'metrics', at);
    });
    if (config.judge.marginal > config.judge.pass) wrong('marginal is above pass', 'judge');
    // Neither NUL nor half a character can be kept: a digest over them is no digest.
    if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(JSON.stringify(config))) wrong('it holds text that cannot be kept');
  });
export type CanaryConfig = z.output<typeof canaryConfigSchema>;
/** As people write it: what has a default may be left out. */
export type CanaryWish = z.input<typeof canaryConfigSchema>;

function kindsOf(source: z.output<typeof metricSourceSchema>): readonly (typeof canaryMetricKinds)[number][] {
  switch (source.from) {
    case 'sent':
    case 'prometheus':
      return ['values', 'proportion'];
    case 'telemetry':
      return ['errors', 'refusals', 'secrets', 'injections'].includes(source.measure) ? ['proportion'] : ['values'];
    case 'guard':
      return source.measure === 'mismatches' ? ['pairs'] : source.measure === 'latency' ? ['values'] : ['proportion'];
  }
}

/** What was seen of one metric of one version between two looks. */
export const canarySampleSchema = z.object({
  variant: z.enum(canaryVariants),
  metric: word,
  /** Of `values`. Null: it was measured and gave nothing. */
  values: z.array(z.number().nullable()).max(5000).optional(),
  /** Of `proportion`. */
  hits: z.number().int().nonnegative().max(1e12).optional(),
  total: z.number().int().nonnegative().max(1e12).optional(),
});
export type CanarySample = z.output<typeof canarySampleSchema>;

/** The body of `POST /api/canaries/{id}/samples`. Of the same `id` only the first counts. */
export const canarySamplesSchema = z.object({
  id: word.optional(),
  samples: z.array(canarySampleSchema).min(1).max(200),
});
export type CanarySamples = z.output<typeof canarySamplesSchema>;

/** `cannot-tell` is no pass: too little was seen. */
export const metricClasses = ['pass', 'high', 'low', 'cannot-tell'] as const;
const figure = z.number().nullable();
const sideSchema = z.object({
  /** Numbers, or of a proportion what it is a share of. */
  count: z.number(),
  /** Left out: they were missing, or far out. */
  missing: z.number(),
  outliers: z.number(),
  /** Median of numbers; share of a proportion; share of mismatches. */
  centre: figure,
  /** 5 % and 95 % of numbers; the Wilson interval of a share, at the confidence of the verdict. */
  from: figure,
  to: figure,
  mean: figure,
});

export const metricVerdictSchema = z.object({
  metric: z.string(),
  kind: z.enum(canaryMetricKinds),
  group: z.string(),
  critical: z.boolean(),
  class: z.enum(metricClasses),
  /** It fails, and is of those that fail the canary alone. */
  failsAlone: z.boolean(),
  baseline: sideSchema,
  canary: sideSchema,
  /** How likely so much difference in a bad direction is, when there is none. */
  p: figure,
  /** It counts at and below this; in a run, what this look may spend on this metric. */
  line: z.number(),
  /** By how much the canary is more than the baseline: of numbers the Hodges–Lehmann estimate, of shares their difference. */
  shift: figure,
  /** Where the shift lies, at the confidence of the verdict; of numbers by the ranks, of shares after Newcombe. */
  shiftFrom: figure,
  shiftTo: figure,
  effect: z.object({ measure: z.enum([...effectMeasures, 'difference']), value: z.number() }).nullable(),
  /** In plain words. */
  why: z.string(),
});
export type MetricVerdict = z.output<typeof metricVerdictSchema>;

export const verdictClasses = ['pass', 'marginal', 'fail', 'cannot-tell'] as const;
export const canaryVerdictSchema = z.object({
  class: z.enum(verdictClasses),
  /** 0 to 100; null when nothing could be told. */
  score: figure,
  groups: z.array(z.object({ group: z.string(), score: figure, weight: z.number() })),
  metrics: z.array(metricVerdictSchema),
  /** In plain words, the weightiest first. */
  reasons: z.array(z.string()),
});
export type CanaryVerdict = z.output<typeof canaryVerdictSchema>;

/** What came of a look. `prolong`: too little was seen, or it is marginal; the stage goes on until its time is over. */
export const canaryDecisions = ['next-look', 'next-stage', 'prolong', 'rollback', 'complete'] as const;

export const canaryLookSchema = z.object({
  number: z.number(),
  stage: z.number(),
  from: z.string(),
  to: z.string(),
  verdict: canaryVerdictSchema,
  decision: z.enum(canaryDecisions),
  why: z.string(),
  /** Sources that could not be read, in words. */
  trouble: z.array(z.string()),
  /** Of each metric what this look alone saw; the verdict is of all looks. */
  seen: z.array(z.object({ metric: z.string(), baseline: sideSchema, canary: sideSchema })),
});
export type CanaryLook = z.output<typeof canaryLookSchema>;

/**
 * `waiting-approval`: its lever is not approved yet, nothing was moved. `running`: taking traffic, being looked at. `frozen`: the same, but a source is missing. `rolling-back`, `promoting`: traffic is being
 * moved. Then one of the ends; `stuck`: the traffic could not be moved, somebody must.
 */
export const canaryStates = [
  'waiting-approval',
  'starting',
  'running',
  'frozen',
  'rolling-back',
  'promoting',
  'rolled-back',
  'promoted',
  'stopped',
  'stuck',
] as const;
export type CanaryState = (typeof canaryStates)[number];
export const canaryEnds: readonly CanaryState[] = ['rolled-back', 'promoted', 'stopped', 'stuck'];

const moveSchema = z.object({
  at: z.string(),
  percent: z.number(),
  why: z.string(),
  /** `unknown`: the request left and nothing came back; it is read again. */
  outcome: z.enum(['done', 'by-hand', 'refused', 'unknown', 'under-way']),
  detail: z.string(),
  probes: z.array(
    z.object({ what: z.string(), result: z.enum(['holds', 'fails', 'cannot-tell']), evidence: z.string() }),
  ),
});
export type CanaryMove = z.output<typeof moveSchema>;

export const canaryApprovalSchema = z.object({
  /** SHA-256 (hex) of the description's canonical JSON: what people approve. */
  digest: z.string(),
  /** What they allow, in words. */
  what: z.string(),
  /** How many people it needs. */
  needed: z.number(),
  given: z.array(z.object({ by: z.string(), at: z.string() })),
});

export const canaryRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  about: z.string(),
  incident: z.string().nullable(),
  state: z.enum(canaryStates),
  /** Place among the stages. */
  stage: z.number(),
  /** Of the traffic that the canary has; null while nobody knows. */
  percent: z.number().nullable(),
  startedAt: z.string(),
  startedBy: z.string(),
  stageSince: z.string(),
  /** The next look is not before. */
  nextLook: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Why it is in this state. */
  why: z.string(),
  /** Null where somebody else moves the traffic. */
  approval: canaryApprovalSchema.nullable(),
  moves: z.array(moveSchema),
  config: canaryConfigSchema,
  /** Oldest first. */
  looks: z.array(canaryLookSchema),
});
export type CanaryRun = z.output<typeof canaryRunSchema>;

export const canaryLineSchema = canaryRunSchema
  .pick({
    id: true,
    name: true,
    incident: true,
    state: true,
    stage: true,
    percent: true,
    startedAt: true,
    startedBy: true,
    endedAt: true,
    why: true,
  })
  .extend({ stages: z.number(), looks: z.number(), score: figure });
export type CanaryLine = z.output<typeof canaryLineSchema>;
