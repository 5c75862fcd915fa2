/**
 * What else happened about when a drift began: commits of datasets, deployments, moves of aliases, changes of prompts and guardrails,
 * unusual access. Only what is near the model in the graph is looked at. Each is ranked by three numbers from 0 to 1, multiplied:
 *
 * - time: 1 within the interval in which the change began; before it, it halves every six hours; after it, nothing can have begun it.
 * - lineage: 1 for the model itself, 1/(1 + d/4) for what is d links away.
 * - rarity: the chance that something that happens as often would **not** have happened in such a stretch of time anyway (Poisson).
 *
 * It is an order in which to look. Two things at the same time are not a cause, and no sentence here says so.
 */
import type { Correlate, Detection, NormalEvent } from '@firebreak/contract';
import type { NodeFinder } from '../../events/node-finder.ts';
import { idsInLogs } from '../../events/node-finder.ts';
import type { NearModel, Upstream } from './upstream.ts';

export interface Began {
  /** ms since 1970 */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface HappenedParts {
  readonly began: Began;
  readonly upstream: Upstream | undefined;
  /** Versions that the observations themselves told. */
  readonly versions: readonly { readonly version: string; readonly since: number }[];
  readonly events: Iterable<NormalEvent>;
  readonly detections: readonly Detection[];
  readonly find: NodeFinder | undefined;
}

/** How far back one looks, and over how long it is counted how often things happen. */
export const lookBackMs = 14 * 24 * 3600_000;
const halfLifeMs = 6 * 3600_000;
const leastScore = 0.01;
const mostShown = 20;

/** Ids by which logs may name what is near the model. */
export function idsNear({ near }: Upstream): readonly string[] {
  return [...near.keys()].flatMap(idsInLogs);
}

interface Happening {
  readonly time: number;
  readonly kind: Correlate['kind'];
  readonly what: string;
  readonly near: NearModel | undefined;
  readonly evidence: string;
  /** Of the same key are of the same sort. */
  readonly key: string;
}

export function correlatesOf(parts: HappenedParts): Correlate[] {
  const { began } = parts;
  const happenings = [...happened(parts)].filter(({ time }) => time <= began.to && time >= began.to - lookBackMs);
  const often = new Map<string, number>();
  for (const { key } of happenings) often.set(key, (often.get(key) ?? 0) + 1);
  const best = new Map<string, Correlate>();
  for (const happening of happenings) {
    const ranked = rankedBy(began, happening, often.get(happening.key) ?? 1);
    const known = best.get(happening.key);
    if (ranked.score >= leastScore && (known === undefined || ranked.score > known.score))
      best.set(happening.key, ranked);
  }
  return [...best.values()].sort((a, b) => b.score - a.score || (a.time < b.time ? 1 : -1)).slice(0, mostShown);
}

function* happened({ upstream, versions, events, detections, find }: HappenedParts): Generator<Happening> {
  for (const [place, { version, since }] of versions.entries())
    if (place > 0)
      yield {
        time: since,
        kind: 'version',
        what: `Its observations tell version ${version.slice(0, 100)}, and told ${versions[place - 1]?.version.slice(0, 100)} before.`,
        near: upstream?.near.get(upstream.model.id),
        evidence: `version ${version}`,
        key: `version ${version}`,
      };
  if (upstream === undefined || find === undefined) return;
  const byNode = new Map([...upstream.near].map(([id, near]) => [find(id, 'other'), near]));
  const nearOf = (id: string, activity: NormalEvent['activity']) => {
    const node = find(id, activity);
    return upstream.near.get(id) ?? (node === undefined ? undefined : byNode.get(node));
  };
  for (const event of events) {
    if (event.activity === 'read' || event.activity === 'authenticate') continue;
    for (const target of event.targets) {
      const near = nearOf(target, event.activity);
      if (near === undefined || (event.activity === 'execute' && answers.has(near.class))) continue;
      yield {
        time: Date.parse(event.time),
        kind: kindOf(near, event),
        what: `${event.actor.name.slice(0, 100)}: ${event.operation.slice(0, 200)}${event.outcome === 'done' ? '' : ` (${event.outcome})`}`,
        near,
        evidence: event.id,
        key: `${event.operation} ${near.ref.id}`,
      };
      break;
    }
  }
  for (const detection of detections) {
    const near = [...detection.about, ...detection.by]
      .map((id) => nearOf(id, 'other'))
      .find((each) => each !== undefined);
    if (near === undefined || detection.detector.startsWith('model/')) continue;
    yield {
      time: Date.parse(detection.first),
      kind: 'access',
      what: detection.title.slice(0, 200),
      near,
      evidence: `detection ${detection.id}`,
      key: `${detection.detector} ${near.ref.id}`,
    };
  }
}

/** Running these is what they are for. */
const answers = new Set(['model', 'endpoint', 'workload', 'agent', 'tool']);

const kinds: Readonly<Record<string, Correlate['kind']>> = {
  dataset: 'data',
  'feature-store': 'data',
  'vector-store': 'data',
  prompt: 'prompt',
  guardrail: 'prompt',
  workload: 'deployment',
  artifact: 'deployment',
  pipeline: 'deployment',
  repository: 'deployment',
  'update-channel': 'deployment',
  endpoint: 'deployment',
};

function kindOf(near: NearModel, { operation }: NormalEvent): Correlate['kind'] {
  if (/alias|stage|transition|promot/i.test(operation)) return 'alias';
  if (/prompt|guardrail/i.test(operation)) return 'prompt';
  return Object.hasOwn(kinds, near.class) ? (kinds[near.class] ?? 'change') : 'change';
}

function rankedBy(began: Began, { time, kind, what, near, evidence }: Happening, times: number): Correlate {
  const early = Math.max(0, began.from - time);
  const distance = near?.distance ?? 0;
  const stretch = began.to - began.from + halfLifeMs;
  const fit = {
    time: 2 ** (-early / halfLifeMs),
    lineage: 1 / (1 + distance / 4),
    rarity: Math.exp((-(times - 1) * stretch) / lookBackMs),
  };
  const when = early === 0 ? 'in the interval in which the change began' : `${lengthOf(early)} before the change began`;
  const where = distance === 0 ? 'the model itself' : `${distance} ${distance === 1 ? 'link' : 'links'} from the model`;
  return {
    kind,
    time: new Date(time).toISOString(),
    what,
    about: near?.ref ?? null,
    evidence,
    score: round(fit.time * fit.lineage * fit.rarity),
    fit: { time: round(fit.time), lineage: round(fit.lineage), rarity: round(fit.rarity) },
    why: `${when}; ${where}; ${times === 1 ? 'once' : `${times} times`} in the fourteen days before.`,
  };
}

function lengthOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
