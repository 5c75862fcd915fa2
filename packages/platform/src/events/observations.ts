/**
 * What an event tells of a model at work: one observation for each inference, from the batches that teams send (`POST /api/telemetry`),
 * from KServe's payload logger (CloudEvents; request and answer come apart, and each tells its half), from LiteLLM's logging payload,
 * and from OpenTelemetry's spans of generative AI. Pure and bounded; what is not told is absent, never guessed.
 */
import { array, at, field, record, textAt } from '../intake/foreign.ts';
import { type Attributes, attributesOf, textOf } from './otlp/attributes.ts';
import { promptTextOf } from './prompt-text.ts';

export interface Observation {
  /** The same for the same model: a node's id where the event knows it, else a name. Foreign text. */
  readonly model: string;
  readonly version?: string;
  /** Whether it is to be compared (`live`), or is what others are compared with; `next` begins a new reference. */
  readonly role: 'live' | 'these' | 'next';
  /** The same for the same client of the model. Foreign text. */
  readonly client?: string;
  readonly prediction?: string | number;
  readonly score?: number;
  readonly confidence?: number;
  readonly features?: Readonly<Record<string, number | string>>;
  readonly embedding?: readonly number[];
  /** What the client asked, where content is recorded. */
  readonly prompt?: string;
  /** Empty: it went well. Absent: not told. */
  readonly failure?: string;
  readonly latencyMs?: number;
  readonly explanation?: Readonly<Record<string, number>>;
  readonly scoresAsked?: boolean;
  /** How the model is to be watched from here on. */
  readonly watch?: { readonly rate?: number; readonly window?: number };
}

/** Formats whose events can tell of a model at work: those that are read below. */
export const observedFormats = ['model-telemetry', 'litellm', 'otlp-spans', 'kserve-inference'] as const;

const mostObservations = 5000;
const mostFeatures = 64;
const longestName = 200;
const longestPrompt = 4096;

/** Several detectors ask about the same event, one right after the other. */
const last: { raw: unknown; observations: readonly Observation[] } = { raw: undefined, observations: [] };
const none: readonly Observation[] = [];

export function observationsOf(raw: unknown): readonly Observation[] {
  const told = record(raw);
  if (told === undefined) return none;
  if (last.raw === told) return last.observations;
  const observations = read(told);
  Object.assign(last, { raw: told, observations });
  return observations;
}

/** Our own form: a model's name, and records. */
export function isTelemetryBatch(value: unknown): boolean {
  const records = field(value, 'records');
  return (
    Array.isArray(records) &&
    textAt(value, 'model') !== undefined &&
    records.every((each) => record(each) !== undefined)
  );
}

function read(raw: Readonly<Record<string, unknown>>): readonly Observation[] {
  if (isTelemetryBatch(raw)) return ofBatch(raw);
  if (raw.span !== undefined) return ofSpan(raw.span);
  if (typeof raw.call_type === 'string' && typeof raw.model === 'string') return ofLiteLlm(raw);
  const type = field(raw, 'type');
  if (typeof type === 'string' && type.startsWith('org.kubeflow.serving.inference.')) return ofKserve(raw, type);
  return none;
}

function ofBatch(raw: unknown): readonly Observation[] {
  const model = textAt(raw, 'model');
  if (model === undefined) return none;
  const version = textAt(raw, 'version');
  const role = field(raw, 'reference');
  const shared: Pick<Observation, 'model' | 'role' | 'version'> = {
    model: name(model, 1000),
    role: role === 'these' || role === 'next' ? role : 'live',
    ...(version === undefined ? {} : { version: name(version) }),
  };
  const rate = number(at(raw, 'watch', 'falseAlarmRate'));
  const window = number(at(raw, 'watch', 'windowRecords'));
  const watch = compact({
    rate: rate === undefined ? undefined : Math.min(0.2, Math.max(0.0001, rate)),
    window: window === undefined ? undefined : Math.min(100_000, Math.max(100, Math.round(window))),
  });
  return array(field(raw, 'records'))
    .slice(0, mostObservations)
    .map((each, place) => {
      // Only the first begins anew.
      const now = shared.role === 'next' && place > 0 ? { ...shared, role: 'live' as const } : shared;
      return compact({
        ...now,
        client: text(field(each, 'client'), 1000),
        prediction: telling(field(each, 'prediction')),
        score: number(field(each, 'score')),
        confidence: number(field(each, 'confidence')),
        features: featuresOf(field(each, 'features')),
        embedding: numbers(field(each, 'embedding')),
        failure: failureOf(field(each, 'error')),
        latencyMs: number(field(each, 'latencyMs')),
        explanation: explanationOf(field(each, 'explanation')),
        scoresAsked: flag(field(each, 'scoresAsked')),
        watch: place === 0 ? watch : undefined,
      });
    });
}

function ofLiteLlm(raw: unknown): readonly Observation[] {
  const model = textAt(raw, 'model_group') ?? textAt(raw, 'model');
  const status = textAt(raw, 'status');
  if (model === undefined || model === '') return none;
  const metadata = field(raw, 'metadata');
  const [begun, ended] = [number(field(raw, 'startTime')), number(field(raw, 'endTime'))];
  const asked = at(raw, 'model_parameters', 'logprobs') ?? at(raw, 'model_parameters', 'top_logprobs');
  const features: Record<string, number | string> = {};
  for (const [feature, of] of [
    ['tokens.in', 'prompt_tokens'],
    ['tokens.out', 'completion_tokens'],
  ] as const) {
    const tokens = number(field(raw, of));
    if (tokens !== undefined && status !== 'failure') features[feature] = tokens;
  }
  return [
    compact({
      model: name(model),
      version: text(field(raw, 'model'), longestName),
      role: 'live' as const,
      client:
        text(field(metadata, 'user_api_key_hash'), 1000) ??
        text(field(raw, 'end_user'), 1000) ??
        text(field(metadata, 'user_api_key_user_id'), 1000),
      prediction: text(at(array(at(raw, 'response', 'choices'))[0], 'finish_reason'), longestName),
      features: Object.keys(features).length === 0 ? undefined : features,
      prompt: promptOf(raw),
      failure:
        status === 'failure'
          ? (text(at(raw, 'error_information', 'error_class'), longestName) ?? 'failure')
          : status === 'success'
            ? ''
            : undefined,
      latencyMs: begun === undefined || ended === undefined || ended < begun ? undefined : (ended - begun) * 1000,
      scoresAsked: asked === undefined ? undefined : asked !== false && asked !== null && asked !== 0,
    }),
  ];
}

const inferences = new Set(['chat', 'text_completion', 'generate_content', 'embeddings', 'completion']);

function ofSpan(span: unknown): readonly Observation[] {
  const told = attributesOf(field(span, 'attributes'));
  const model = textOf(told, 'gen_ai.request.model', 'gen_ai.response.model', 'llm.request.model', 'llm.model_name');
  const operation = textOf(told, 'gen_ai.operation.name', 'llm.request.type');
  if (model === undefined || (operation !== undefined && !inferences.has(operation))) return none;
  const features: Record<string, number | string> = {};
  for (const [feature, ...names] of [
    ['tokens.in', 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt'],
    ['tokens.out', 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion'],
  ] as const) {
    const tokens = names.map((each) => number(told.get(each))).find((each) => each !== undefined);
    if (tokens !== undefined) features[feature] = tokens;
  }
  const code = at(span, 'status', 'code');
  const failed = code === 2 || code === 'STATUS_CODE_ERROR';
  return [
    compact({
      model: name(model),
      version: textOf(told, 'gen_ai.response.model')?.slice(0, longestName),
      role: 'live' as const,
      client: textOf(told, 'user.id', 'enduser.id', 'gen_ai.user.id', 'client.address')?.slice(0, 1000),
      prediction: finishReason(told),
      features: Object.keys(features).length === 0 ? undefined : features,
      prompt: promptOf({ span }),
      failure: failed ? (textOf(told, 'error.type')?.slice(0, longestName) ?? 'error') : '',
      latencyMs: spanMilliseconds(span),
    }),
  ];
}

function finishReason(told: Attributes): string | undefined {
  const reasons = told.get('gen_ai.response.finish_reasons');
  return text(Array.isArray(reasons) ? reasons[0] : reasons, longestName);
}

function spanMilliseconds(span: unknown): number | undefined {
  const [begun, ended] = [Number(field(span, 'startTimeUnixNano')), Number(field(span, 'endTimeUnixNano'))];
  return Number.isFinite(begun) && ended >= begun ? (ended - begun) / 1e6 : undefined;
}

/** Both protocols: `instances` and `predictions` of version 1, tensors of version 2 (the first axis is the batch). */
function ofKserve(raw: unknown, type: string): readonly Observation[] {
  const service = textAt(raw, 'inferenceservicename');
  if (service === undefined) return none;
  const data = field(raw, 'data');
  const namespace = textAt(raw, 'namespace');
  const model = name(
    `kubernetes:InferenceService.serving.kserve.io/${namespace === undefined ? '' : `${namespace}/`}${service}`,
    1000,
  );
  const version = text(field(data, 'model_version'), longestName) ?? text(field(raw, 'endpoint'), longestName);
  const shared = compact({ model, role: 'live' as const, version });
  if (type.endsWith('.request')) {
    const rows = [...array(field(data, 'instances')).map(rowFeatures), ...tensorRows(field(data, 'inputs'))];
    return rows.slice(0, mostObservations).map((features) => compact({ ...shared, features }));
  }
  const failure = textAt(data, 'error');
  if (failure !== undefined) return [{ ...shared, failure: name(failure) }];
  const rows = [...array(field(data, 'predictions')), ...tensorRows(field(data, 'outputs')).map(onlyValue)];
  return rows.slice(0, mostObservations).map((row) => compact({ ...shared, failure: '', ...predictionOf(row) }));
}

function rowFeatures(row: unknown): Observation['features'] {
  if (!Array.isArray(row)) return record(row) === undefined ? undefined : featuresOf(row);
  return featuresOf(Object.fromEntries(row.slice(0, mostFeatures).map((value, place) => [String(place), value])));
}

/** Rows of tensors: of one with several columns a feature for each column. */
function tensorRows(tensors: unknown): Record<string, number | string>[] {
  const rows: Record<string, number | string>[] = [];
  let columns = 0;
  for (const tensor of array(tensors).slice(0, mostFeatures)) {
    const data = array(field(tensor, 'data')).flat(1);
    const count = number(array(field(tensor, 'shape'))[0]) ?? data.length;
    const of = textAt(tensor, 'name') ?? 'tensor';
    if (!Number.isInteger(count) || count < 1 || count > mostObservations) continue;
    const wide = Math.floor(data.length / count);
    for (let column = 0; column < wide && columns < mostFeatures; column++, columns++)
      for (let place = 0; place < count; place++) {
        const value = telling(data[place * wide + column]);
        if (value === undefined) continue;
        rows[place] ??= {};
        (rows[place] as Record<string, number | string>)[wide === 1 ? of : `${of}.${column}`] = value;
      }
  }
  return Array.from(rows, (row) => row ?? {});
}

function onlyValue(row: Readonly<Record<string, number | string>>): unknown {
  const values = Object.values(row);
  return values.length === 1 ? values[0] : values;
}

/** A list of numbers that add up to one is read as the odds of each class. */
function predictionOf(row: unknown): Partial<Observation> {
  const odds = numbers(row);
  if (odds === undefined) {
    const [prediction, score] = [telling(row) ?? telling(field(row, 'label')), number(field(row, 'score'))];
    return compact({ prediction, confidence: score });
  }
  const sum = odds.reduce((total, each) => total + each, 0);
  if (odds.length < 2 || Math.abs(sum - 1) > 0.01) return odds.length === 1 ? compact({ prediction: odds[0] }) : {};
  const most = odds.reduce((best, each, place) => (each > (odds[best] as number) ? place : best), 0);
  return compact({ prediction: String(most), confidence: odds[most] });
}

function promptOf(raw: unknown): string | undefined {
  const said = promptTextOf(raw).findLast(({ role }) => role === 'user');
  return said?.text.slice(0, longestPrompt);
}

function featuresOf(value: unknown): Observation['features'] {
  const told = record(value);
  if (told === undefined) return undefined;
  const features: Record<string, number | string> = Object.create(null);
  let count = 0;
  for (const key in told) {
    const feature = Object.hasOwn(told, key) ? telling(told[key]) : undefined;
    if (feature === undefined || count >= mostFeatures || key.length > longestName) continue;
    features[key] = feature;
    count += 1;
  }
  return features;
}

function explanationOf(value: unknown): Observation['explanation'] {
  const told = featuresOf(value);
  return told === undefined
    ? undefined
    : Object.fromEntries(Object.entries(told).filter((each): each is [string, number] => typeof each[1] === 'number'));
}

function failureOf(value: unknown): string | undefined {
  if (value === false || value === '') return '';
  if (value === true) return 'error';
  return text(value, longestName);
}

function telling(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'boolean') return String(value);
  return text(value, longestName);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function numbers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > 4096) return undefined;
  return value.every((each) => typeof each === 'number' && Number.isFinite(each)) ? (value as number[]) : undefined;
}

function text(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value !== '' ? name(value, most) : undefined;
}

function name(value: string, most = longestName): string {
  return value.length > most ? value.slice(0, most) : value;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

type Told<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what is undefined. */
function compact<T extends object>(value: T): Told<T> {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value as Told<T>;
}
