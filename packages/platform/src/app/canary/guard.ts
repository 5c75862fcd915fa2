/**
 * Guard queries: the same questions to both versions, in an order that the seed fixes, and what the answers are worth. Each version is
 * asked right after the other, so that what happens to the servers happens to both. Of an answer nothing is kept but how it was judged.
 */
import type {
  CanaryEndpoint,
  CanaryGuard,
  CanaryMetric,
  CanarySample,
  CanaryVariant,
  GuardQuery,
} from '@firebreak/contract';
import { z } from 'zod';
import { drawsFor } from '../../detection/drift/random-draws.ts';
import { shippedPromptJudge } from '../../detection/prompt/index.ts';
import { shippedSecretSearches } from '../../detection/secrets/index.ts';
import { type Answer, longestAnswer, meets, refuses } from '../../recovery/canary/answer.ts';
import type { Reading, ReadRequest } from '../../recovery/canary/sources.ts';
import { jsonOf, type OpenEndpoint, openEndpoint } from './endpoint.ts';

/** Questions of one reading: a canary is not to be a load. */
const atATime = 12;

const chat = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }) }))
    .min(1),
});
const inferred = z.object({
  outputs: z
    .array(z.object({ data: z.array(z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])).max(65_536) }))
    .min(1),
});

interface Asked {
  readonly ms: number;
  /** Undefined: no answer came, or none that could be read. */
  readonly answer: Answer | undefined;
  /** Why the server could not be reached at all. */
  readonly unreachable: string | undefined;
}

export async function readGuard({ config, metrics, guard: place, lacking, signal }: ReadRequest): Promise<Reading> {
  const { guard } = config;
  if (guard === undefined || !metrics.some(({ name }) => lacking.has(name))) return { samples: [], trouble: [] };
  const open = { baseline: opened(guard, guard.baseline), canary: opened(guard, guard.canary) };
  const order = shuffled(guard);
  const failing: Record<string, number> = { ...place.failing };
  const tallies = new Map<
    string,
    { variant: CanaryVariant; metric: string; values: number[]; hits: number; total: number }
  >();
  const trouble = new Set<string>();
  let { at } = place;
  try {
    for (let asked = 0; asked < Math.min(atATime, order.length); asked++, at++) {
      const query = order[at % order.length] as GuardQuery;
      // Who goes first takes turns: caches warm up for the second.
      const first: CanaryVariant = Math.floor(at / order.length) % 2 === at % 2 ? 'baseline' : 'canary';
      const second: CanaryVariant = first === 'baseline' ? 'canary' : 'baseline';
      const answers = {} as Record<CanaryVariant, Asked>;
      for (const variant of [first, second])
        answers[variant] = await put(open[variant], guard, guard[variant], query, signal);
      for (const variant of ['baseline', 'canary'] as const)
        if (answers[variant].unreachable !== undefined)
          trouble.add(`Guard queries get no answer of the ${variant}: ${answers[variant].unreachable}`);
      // Without the baseline there is nothing to compare with, and nothing is said of the canary.
      if (answers.baseline.unreachable !== undefined) continue;
      const right = { baseline: isRight(query, answers.baseline), canary: isRight(query, answers.canary) };
      failing[query.id] = right.baseline && !right.canary ? (failing[query.id] ?? 0) + 1 : 0;
      for (const metric of metrics)
        for (const variant of ['baseline', 'canary'] as const) {
          const key = `${metric.name} ${variant}`;
          const tally = tallies.get(key) ?? { variant, metric: metric.name, values: [], hits: 0, total: 0 };
          tallies.set(key, tally);
          count(tally, metric, answers[variant], right[variant], right[variant === 'canary' ? 'baseline' : 'canary']);
        }
    }
    const samples: CanarySample[] = [...tallies.values()];
    return { samples, trouble: [...trouble], guard: { at, failing } };
  } finally {
    await Promise.all([open.baseline.close(), open.canary.close()]);
  }
}

function count(
  tally: { values: number[]; hits: number; total: number },
  { source }: CanaryMetric,
  asked: Asked,
  right: boolean,
  otherRight: boolean,
): void {
  if (source.from !== 'guard') return;
  if (source.measure === 'latency') {
    if (asked.answer !== undefined) tally.values.push(asked.ms);
    return;
  }
  const hit =
    source.measure === 'mismatches'
      ? !right && otherRight
      : source.measure === 'failures'
        ? asked.answer === undefined
        : asked.answer === undefined
          ? undefined
          : isIn(source.measure, asked.answer.text);
  if (hit === undefined) return;
  tally.total += 1;
  tally.hits += hit ? 1 : 0;
}

function isIn(measure: 'refusals' | 'secrets' | 'injections', text: string): boolean {
  if (measure === 'refusals') return refuses(text);
  if (measure === 'secrets') return shippedSecretSearches().said.find(text).found.length > 0;
  return shippedPromptJudge().judge(text, 'tool').verdict === 'injection';
}

const isRight = (query: GuardQuery, { answer }: Asked) => answer !== undefined && meets(query, answer);

function opened(guard: CanaryGuard, { address, keyFrom, headers }: CanaryEndpoint): OpenEndpoint {
  return openEndpoint({ address, keyFrom, headers, timeoutMs: guard.timeoutMs });
}

async function put(
  endpoint: OpenEndpoint,
  { protocol, seed }: CanaryGuard,
  { model }: CanaryEndpoint,
  { id, prompt = '', inputs }: GuardQuery,
  signal: AbortSignal,
): Promise<Asked> {
  const begun = performance.now();
  const reply =
    protocol === 'openai'
      ? await endpoint.post(
          '/chat/completions',
          { model, messages: [{ role: 'user', content: prompt }], temperature: 0, seed, max_tokens: 512 },
          signal,
        )
      : await endpoint.post(
          `/models/${encodeURIComponent(model)}/infer`,
          { id, inputs: inputs ?? [{ name: 'text', shape: [1], datatype: 'BYTES', data: [prompt] }] },
          signal,
        );
  const ms = performance.now() - begun;
  const unreachable =
    !reply.ok && reply.status === undefined && reply.failure === 'unreachable' ? reply.reason : undefined;
  return { ms, answer: reply.ok ? answerOf(protocol, jsonOf(reply)) : undefined, unreachable };
}

function answerOf(protocol: CanaryGuard['protocol'], value: unknown): Answer | undefined {
  if (protocol === 'openai') {
    const read = chat.safeParse(value);
    if (!read.success) return undefined;
    const { content, refusal } = read.data.choices[0]?.message ?? {};
    return { text: (content ?? refusal ?? '').slice(0, longestAnswer + 1), numbers: [] };
  }
  const read = inferred.safeParse(value);
  const data = read.data?.outputs[0]?.data.flat() ?? undefined;
  if (data === undefined) return undefined;
  const numbers = data.filter((each) => typeof each === 'number');
  return {
    text: data
      .slice(0, 1000)
      .map(String)
      .join('\n')
      .slice(0, longestAnswer + 1),
    numbers,
  };
}

/** Fisher and Yates, by the seed. */
function shuffled({ queries, seed }: CanaryGuard): readonly GuardQuery[] {
  const draw = drawsFor(`guard ${seed}`);
  const order = [...queries];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [order[last], order[other]] = [order[other] as GuardQuery, order[last] as GuardQuery];
  }
  return order;
}
