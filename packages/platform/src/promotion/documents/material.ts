/**
 * What a bill of materials is made of: models, data, code and images with their digests, what was made from what, and what was found
 * about them. One material, several forms. What is not known is left out, never filled in.
 */
import type {
  ArtifactReport,
  AssetClass,
  Completeness,
  GraphNode,
  Lineage,
  PromotionRecord,
} from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { lineageOf } from '../../inventory/lineage.ts';

export type ThingKind = 'model' | 'data' | 'code' | 'artifact' | 'process' | 'service';

export interface Thing {
  /** Id of its node. */
  readonly ref: string;
  readonly name: string;
  readonly kind: ThingKind;
  readonly version: string | undefined;
  /** `<algorithm>:<value>` as its system says. */
  readonly digests: readonly string[];
  readonly owner: string | undefined;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface BomMaterial {
  readonly at: string;
  /** The model that it is about; undefined for a whole estate. */
  readonly subject: Thing | undefined;
  readonly things: readonly Thing[];
  /** From what, to what, by which step. */
  readonly links: readonly { readonly from: string; readonly to: string; readonly type: string }[];
  readonly inspections: ReadonlyMap<string, ArtifactReport>;
  /** The last decision of the gate about a thing. */
  readonly promotions: ReadonlyMap<string, PromotionRecord>;
  readonly completeness: Completeness;
}

/** What was kept about things, by node. */
export interface KeptAbout {
  readonly inspections: ReadonlyMap<string, ArtifactReport>;
  readonly promotions: ReadonlyMap<string, PromotionRecord>;
}

export const nothingKept: KeptAbout = { inspections: new Map(), promotions: new Map() };

const kinds: Partial<Record<AssetClass, ThingKind>> = {
  model: 'model',
  dataset: 'data',
  'feature-store': 'data',
  'vector-store': 'data',
  prompt: 'data',
  repository: 'code',
  artifact: 'artifact',
  pipeline: 'process',
  endpoint: 'service',
  workload: 'service',
  agent: 'service',
};
const mostModels = 500;
const digestField = /^(digest|sha256|checksum|commit|revision|hash)$/i;
const versionField = /^(version|tag|revision|commit)$/i;

/** @param model node number; all models of the estate when absent */
export function bomMaterial(graph: AttackGraph, model: number | undefined, kept: KeptAbout, at: Date): BomMaterial {
  const models =
    model === undefined
      ? [...graph.nodes.entries()].flatMap(([number, node]) =>
          node.class === 'model' && !graph.isHub(number) ? [number] : [],
        )
      : [model];
  const things = new Map<string, Thing>();
  const links = new Map<string, BomMaterial['links'][number]>();
  for (const number of models.slice(0, mostModels)) {
    const lineage = lineageOf(graph, number);
    for (const node of [
      lineage.model,
      ...lineage.upstream,
      ...lineage.downstream,
      ...lineage.running,
      ...lineage.endpoints,
    ])
      things.set(node.id, things.get(node.id) ?? thingOf(node));
    for (const { from, to, type } of lineage.links)
      links.set(`${from.id} ${to.id}`, { from: from.id, to: to.id, type });
  }
  const subject = model === undefined ? undefined : things.get(graph.nodeAt(model).id);
  return {
    at: at.toISOString(),
    subject,
    things: [...things.values()].toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
    links: [...links.values()].filter(({ from, to }) => things.has(from) && things.has(to)),
    inspections: kept.inspections,
    promotions: kept.promotions,
    completeness:
      models.length > mostModels
        ? {
            answer: 'limited',
            reasons: [
              {
                kinds: ['*'],
                code: 'FB-LIMIT-REACHED',
                where: 'models',
                reason: `There are ${models.length} models; ${mostModels} are in it.`,
                next: 'Ask for one model at a time.',
              },
            ],
          }
        : graph.completeness,
  };
}

function thingOf(node: Lineage['model'] | GraphNode): Thing {
  const detail = node.detail ?? {};
  const owner = 'owner' in node ? node.owner : undefined;
  const named = Object.entries(detail);
  const version = named.find(([name]) => versionField.test(name))?.[1];
  const inName = /sha256[:-]([0-9a-f]{64})/.exec(node.id)?.[1];
  const digests = named.flatMap(([name, value]) =>
    digestField.test(name) ? [withAlgorithm(name, String(value))] : [],
  );
  return {
    ref: node.id,
    name: node.name,
    kind: kinds[node.class as AssetClass] ?? 'service',
    version: version === undefined ? undefined : String(version),
    digests: [...new Set([...digests, ...(inName === undefined ? [] : [`sha256:${inName}`])])],
    owner,
    detail,
  };
}

function withAlgorithm(name: string, value: string): string {
  if (/^[a-z0-9-]+:/i.test(value)) return value;
  if (/^[0-9a-f]{64}$/.test(value)) return `sha256:${value}`;
  return /^commit|revision$/i.test(name) ? `gitCommit:${value}` : `${name.toLowerCase()}:${value}`;
}
