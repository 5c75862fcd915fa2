/** Metrics of a canary from Prometheus' query API (https://prometheus.io/docs/prometheus/latest/querying/api/). */
import { type CanaryMetric, type CanarySample, type CanaryVariant, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import type { Reading, ReadRequest } from '../../recovery/canary/sources.ts';
import { jsonOf, type OpenEndpoint, openEndpoint } from './endpoint.ts';

const point = z.tuple([z.number(), z.string().max(64)]);
const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(z.object({ values: z.array(point).max(20_000).optional(), value: point.optional() })).max(2000),
  }),
});
const timeoutMs = 20_000;
const mostValues = 5000;

export async function readPrometheus({ config, metrics, since, until, signal }: ReadRequest): Promise<Reading> {
  if (config.prometheus === undefined) return { samples: [], trouble: [] };
  const endpoint = openEndpoint({ ...config.prometheus, timeoutMs });
  try {
    const samples: CanarySample[] = [];
    for (const metric of metrics)
      for (const variant of ['baseline', 'canary'] as const)
        samples.push(await sampleOf(endpoint, metric, variant, { since, until, signal }));
    return { samples, trouble: [] };
  } finally {
    await endpoint.close();
  }
}

interface Window {
  readonly since: Date;
  readonly until: Date;
  readonly signal: AbortSignal;
}

async function sampleOf(
  endpoint: OpenEndpoint,
  metric: CanaryMetric,
  variant: CanaryVariant,
  window: Window,
): Promise<CanarySample> {
  const { source, name, kind } = metric;
  if (source.from !== 'prometheus') throw new TypeError(`${name} is not of Prometheus`);
  if (kind === 'proportion') {
    const hits = await countOf(endpoint, source[variant], window);
    const total = await countOf(endpoint, source[`${variant}Total`] ?? '', window);
    return { variant, metric: name, hits: Math.min(hits, total), total };
  }
  // The first point after `since`: that at `since` was the last one of the window before.
  const query = {
    query: withSeconds(source[variant], window),
    start: String(window.since.getTime() / 1000 + source.stepSeconds),
    end: String(window.until.getTime() / 1000),
    step: String(source.stepSeconds),
  };
  if (Number(query.start) > Number(query.end)) return { variant, metric: name, values: [] };
  const series = await ask(endpoint, '/api/v1/query_range', query, window.signal);
  const values = series.flatMap(({ values: points = [] }) => points.map(([, text]) => numberOf(text)));
  return { variant, metric: name, values: values.slice(0, mostValues) };
}

/** A sum over all series, at the end of the window. */
async function countOf(endpoint: OpenEndpoint, query: string, window: Window): Promise<number> {
  const at = { query: withSeconds(query, window), time: String(window.until.getTime() / 1000) };
  const series = await ask(endpoint, '/api/v1/query', at, window.signal);
  return Math.max(0, Math.round(series.reduce((sum, { value }) => sum + (numberOf(value?.[1] ?? '0') ?? 0), 0)));
}

function withSeconds(query: string, { since, until }: Window): string {
  return query.replaceAll('$seconds', String(Math.max(1, Math.round((until.getTime() - since.getTime()) / 1000))));
}

async function ask(endpoint: OpenEndpoint, path: string, query: Readonly<Record<string, string>>, signal: AbortSignal) {
  const reply = await endpoint.get(`${path}?${new URLSearchParams(query)}`, signal);
  if (!reply.ok) throw new FirebreakError('FB-HTTP-REFUSED', `Prometheus: ${reply.reason}`);
  const read = answer.safeParse(jsonOf(reply));
  if (!read.success) throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', 'Prometheus answered something else.');
  return read.data.data.result;
}

/** `NaN` and the infinities are no values. */
function numberOf(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && text !== '' ? value : null;
}
