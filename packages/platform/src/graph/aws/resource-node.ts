/** A node of a resource of an account: where it lies, what its tags say, and why it matters. */
import {
  type AssetClass,
  accountOfArn,
  type FactId,
  type GraphNode,
  type NodeId,
  type Tenure,
} from '@firebreak/contract';
import { aboutOf, assetOf, jewelOf } from './notes.ts';
import { isoTime } from './time.ts';

export interface ResourceNode {
  readonly id: NodeId;
  readonly class: AssetClass;
  readonly name: string;
  readonly fact: FactId;
  readonly arn: string;
  /** Where the ARN has none. */
  readonly account?: string | undefined;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  /** Why it is a jewel unless its tags say otherwise. */
  readonly jewel?: string | undefined;
  readonly detail?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly tenure?: { readonly [K in keyof Tenure]: Tenure[K] | undefined };
}

const marked: readonly AssetClass[] = [
  'model',
  'dataset',
  'feature-store',
  'vector-store',
  'agent',
  'tool',
  'prompt',
  'guardrail',
];

export function resourceNode(given: ResourceNode): GraphNode {
  const tags = given.tags ?? [];
  const jewel = jewelOf(tags, given.jewel);
  const about = aboutOf(tags);
  const account = accountOfArn(given.arn) ?? given.account;
  const asset = assetOf(tags);
  const detail = defined({ ...given.detail, region: given.arn.split(':', 4)[3] || undefined });
  const tenure = defined({
    ...given.tenure,
    created: isoTime(given.tenure?.created),
    lastUsed: isoTime(given.tenure?.lastUsed),
  });
  return {
    id: given.id,
    kind: given.id.slice(given.id.indexOf(':') + 1, given.id.indexOf('/')),
    class: marked.find((known) => known === asset) ?? given.class,
    name: given.name,
    ...(account === undefined ? {} : { namespace: account }),
    facts: [given.fact],
    ...(jewel === undefined ? {} : { jewel }),
    ...(about === undefined ? {} : { about }),
    ...(Object.keys(tenure).length === 0 ? {} : { tenure }),
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  };
}

function defined<T>(value: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(value).filter((entry): entry is [string, T] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
