/** Metrics of a canary from Firebreak's own event store: what logged inferences tell, told apart by their version. */
import type { CanaryMetric, CanarySample, CanaryVariant } from '@firebreak/contract';
import { shippedPromptJudge } from '../../detection/prompt/index.ts';
import { shippedSecretSearches } from '../../detection/secrets/index.ts';
import { saidTexts } from '../../detection/secrets/said-texts.ts';
import { type Observation, observationsOf, observedFormats } from '../../events/observations.ts';
import type { EventStore } from '../../events/store.ts';
import type { Reading, ReadRequest } from '../../recovery/canary/sources.ts';

/** Inferences of one reading; the rest of a flood is not looked at, and that is said. */
const mostEvents = 20_000;
const mostValues = 5000;
/** How long an event may be under way before it counts. */
const lagMs = 5000;
const refusals = new Set(['content_filter', 'refusal', 'safety', 'guardrail_intervened']);

export async function readTelemetry(
  events: Pick<EventStore, 'search'>,
  { config, metrics, since, until, signal }: ReadRequest,
): Promise<Reading> {
  const { telemetry } = config;
  if (telemetry === undefined) return { samples: [], trouble: [] };
  const tally = new Map<string, Tally>();
  const [from, to] = [since.getTime() - lagMs, until.getTime() - lagMs];
  // Both ends of a search are included; the first belongs to the window before.
  const window = {
    formats: observedFormats,
    since: new Date(from + 1).toISOString(),
    until: new Date(to).toISOString(),
  };
  let looked = 0;
  for await (const piece of events.search(window)) {
    signal.throwIfAborted();
    for (const { raw } of piece) {
      if (looked++ >= mostEvents) break;
      for (const observation of observationsOf(raw)) {
        const variant = variantOf(observation, telemetry);
        // What is sent as a reference to compare with was never served.
        if (observation.model === telemetry.model && variant !== undefined && observation.role === 'live')
          for (const metric of metrics) add(tally, metric, variant, observation, raw);
      }
    }
    if (looked > mostEvents) break;
  }
  const samples: readonly CanarySample[] = [...tally.values()];
  if (looked <= mostEvents) return { samples, trouble: [] };
  // Which versions answered has nothing to do with which are left out.
  const note = `More than ${mostEvents} inferences were logged since the last reading: the newest of them were looked at.`;
  return { samples, trouble: [], notes: [note] };
}

interface Tally {
  readonly variant: CanaryVariant;
  readonly metric: string;
  readonly values: number[];
  hits: number;
  total: number;
}

function variantOf(
  { version }: Observation,
  { baseline, canary }: { readonly baseline: string; readonly canary: string },
): CanaryVariant | undefined {
  return version === canary ? 'canary' : version === baseline ? 'baseline' : undefined;
}

function add(
  tally: Map<string, Tally>,
  metric: CanaryMetric,
  variant: CanaryVariant,
  of: Observation,
  raw: unknown,
): void {
  if (metric.source.from !== 'telemetry') return;
  const key = `${variant} ${metric.name}`;
  const known = tally.get(key) ?? { variant, metric: metric.name, values: [], hits: 0, total: 0 };
  const told = tellingOf(metric.source.measure, of, raw);
  if (told === undefined) return;
  if (typeof told === 'number') {
    if (known.values.length < mostValues) known.values.push(told);
  } else {
    known.hits += told ? 1 : 0;
    known.total += 1;
  }
  tally.set(key, known);
}

/** What the version said; what users and tools said is not its doing. */
function answersIn(raw: unknown) {
  return saidTexts(raw).filter(({ path }) => path.startsWith('assistant, '));
}

type Measure = Extract<CanaryMetric['source'], { from: 'telemetry' }>['measure'];

/** A number, or yes or no; undefined where nothing is told. */
function tellingOf(measure: Measure, of: Observation, raw: unknown): number | boolean | undefined {
  switch (measure) {
    case 'latency':
      return of.latencyMs;
    case 'errors':
      return of.failure === undefined ? undefined : of.failure !== '';
    case 'tokens': {
      const [input, output] = [of.features?.['tokens.in'], of.features?.['tokens.out']];
      const told = [input, output].filter((each) => typeof each === 'number');
      return told.length === 0 ? undefined : told.reduce((sum, each) => sum + each, 0);
    }
    case 'refusals':
      return of.prediction === undefined ? undefined : refusals.has(String(of.prediction));
    case 'confidence':
      return of.confidence;
    case 'score':
      return of.score;
    case 'secrets': {
      const texts = answersIn(raw);
      return texts.length === 0
        ? undefined
        : texts.some(({ text }) => shippedSecretSearches().said.find(text).found.length > 0);
    }
    case 'injections': {
      const texts = answersIn(raw);
      return texts.length === 0
        ? undefined
        : texts.some(({ text }) => shippedPromptJudge().judge(text.slice(0, 16_384), 'tool').verdict === 'injection');
    }
  }
}
