/**
 * Metrics of a canary from Prometheus' query API (https://prometheus.io/docs/prometheus/latest/querying/api/).
 *
 * What must stay true:
 * - Time is cut at multiples of the step, so that readings that come more often than points lose none and count none twice. The first
 *   step after a move of the traffic begins before it, both versions' alike.
 * - A sample is one point. What was measured once and asked for ten times is not ten measurements.
 * - What is not there is never nought. A count without a series, one that is no number, or more hits than there are in all, is a query
 *   that does not say what was meant: nothing is read then, and the canary waits.
 */
import { type CanaryMetric, type CanarySample, type CanaryVariant, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import type { Reading, ReadRequest } from '../../recovery/canary/sources.ts';
import { jsonOf, type OpenEndpoint, openEndpoint } from './endpoint.ts';

const point = z.tuple([z.number(), z.string().max(64)]);
const answer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).max(1000).default([]),
  data: z.object({
    result: z.array(z.object({ values: z.array(point).max(20_000).optional(), value: point.optional() })).max(2000),
  }),
});
const timeoutMs = 20_000;
const mostValues = 5000;
/** Seconds between two points, and of a window of counts: four scrapes as they are set up most often. */
const usualStep = { values: 15, proportion: 60, pairs: 60 } as const;

export async function readPrometheus({ config, metrics, since, until, signal }: ReadRequest): Promise<Reading> {
  if (config.prometheus === undefined) return { samples: [], trouble: [] };
  const endpoint = openEndpoint({ ...config.prometheus, timeoutMs });
  try {
    const samples: CanarySample[] = [];
    for (const metric of metrics) {
      const window = windowOf(metric, since, until, signal);
      if (window === undefined) continue;
      for (const variant of ['baseline', 'canary'] as const) {
        const sample = await sampleOf(endpoint, metric, variant, window);
        if (sample !== undefined) samples.push(sample);
      }
    }
    return { samples, trouble: [] };
  } finally {
    await endpoint.close();
  }
}

/** Whole steps: from the end of the first to the end of the last, in seconds since 1970. */
interface Window {
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
}

/** Steps that ended after `since` and until `until`; undefined while none has. */
function windowOf({ source, kind }: CanaryMetric, since: Date, until: Date, signal: AbortSignal): Window | undefined {
  const step = (source.from === 'prometheus' ? source.stepSeconds : undefined) ?? usualStep[kind];
  const ends = (time: Date) => Math.floor(time.getTime() / 1000 / step);
  const [before, last] = [ends(since), ends(until)];
  return last > before ? { step, from: (before + 1) * step, to: last * step, signal } : undefined;
}

async function sampleOf(
  endpoint: OpenEndpoint,
  metric: CanaryMetric,
  variant: CanaryVariant,
  window: Window,
): Promise<CanarySample | undefined> {
  const { source, name, kind } = metric;
  if (source.from !== 'prometheus') throw new TypeError(`${name} is not of Prometheus`);
  const about = `${name} of the ${variant}`;
  if (kind !== 'proportion') {
    const series = await seriesOf(endpoint, source[variant], about, window);
    const values = series.flatMap(({ values: points = [] }) => points.map(([, text]) => numberOf(text)));
    // Of too many, some of every series.
    const every = Math.ceil(values.length / mostValues);
    return { variant, metric: name, values: values.filter((_, place) => place % every === 0) };
  }
  const total = await countOf(endpoint, source[`${variant}Total`] ?? '', about, window);
  if (total === undefined) return undefined;
  const hits = await countOf(endpoint, source[variant], about, window);
  if (hits === undefined)
    throw unclear(`${about} has no series, though its total has: write \`or vector(0)\` where that means none.`);
  // Prometheus extrapolates both to the edges of the window, each a little differently.
  if (hits > total * 1.1 + 2) throw unclear(`${about} counts ${hits} of only ${total}.`);
  return { variant, metric: name, hits: Math.min(hits, total), total };
}

/** A metric by its name and labels, and nothing done to it. */
const plainMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})?$/;

/**
 * Prometheus answers a point that nobody measured by the last sample of five minutes. After an outage, its own or that of what it
 * scrapes, that would be the same numbers over and over: of a plain metric the samples themselves are asked for, and of anything else
 * points that look back no further than the one before, where the server knows that wish; older ones do not.
 */
async function seriesOf(endpoint: OpenEndpoint, query: string, about: string, window: Window) {
  const { from, to, step, signal } = window;
  const first = from - step;
  const text = withSeconds(query, step).trim();
  if (!plainMetric.test(text)) {
    const points = {
      query: text,
      start: String(from),
      end: String(to),
      step: String(step),
      lookback_delta: `${step}s`,
    };
    return ask(endpoint, '/api/v1/query_range', points, about, signal);
  }
  const series = await ask(
    endpoint,
    '/api/v1/query',
    { query: `${text}[${to - first}s]`, time: String(to) },
    about,
    signal,
  );
  // Older servers include what was measured at the very beginning.
  return series.map(({ values = [] }) => ({ values: values.filter(([at]) => at > first) }));
}

const unclear = (why: string) => new FirebreakError('FB-HTTP-RESPONSE-INVALID', `Prometheus: ${why}`);

/** A sum over all series, at the end of the window; undefined without any. */
async function countOf(
  endpoint: OpenEndpoint,
  query: string,
  about: string,
  window: Window,
): Promise<number | undefined> {
  const { from, to, step } = window;
  const at = { query: withSeconds(query, to - from + step), time: String(to) };
  const series = await ask(endpoint, '/api/v1/query', at, about, window.signal);
  if (series.length === 0) return undefined;
  const counts = series.map(({ value }) => numberOf(value?.[1] ?? ''));
  if (counts.includes(null)) throw unclear(`a count of ${about} is no number.`);
  return Math.max(0, Math.round(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)));
}

/** @param seconds that a point, or a count, is about */
function withSeconds(query: string, seconds: number): string {
  return query.replaceAll('$seconds', String(seconds));
}

async function ask(
  endpoint: OpenEndpoint,
  path: string,
  query: Readonly<Record<string, string>>,
  about: string,
  signal: AbortSignal,
) {
  const reply = await endpoint.get(`${path}?${new URLSearchParams(query)}`, signal);
  if (!reply.ok) throw new FirebreakError('FB-HTTP-REFUSED', `Prometheus, asked for ${about}: ${reply.reason}`);
  const read = answer.safeParse(jsonOf(reply));
  if (!read.success) throw unclear(`it answered something else when asked for ${about}.`);
  if (read.data.warnings.length > 0) throw unclear(`it says that its answer about ${about} may not be whole.`);
  return read.data.data.result;
}

/** `NaN` and the infinities are no values. */
function numberOf(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && text !== '' ? value : null;
}
