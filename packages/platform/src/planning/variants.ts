/**
 * What people may wish a plan to be. A variant is a goal set (what must get out of reach beside what is protected, as far as
 * anything at hand does it), a filter (stages that it does without) and an objective (what "cheapest" means to it). The proof is
 * the same for all.
 */
import type { AssetClass, PlanVariant, Stage } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { outageOf, type Price } from './price/price.ts';

export interface Variant {
  readonly id: PlanVariant;
  /** One sentence. */
  readonly why: string;
  /** Stages that it does without. */
  readonly without: readonly Stage[];
  /** Nodes within reach that are taken away too, where that is possible. */
  readonly takes: (graph: AttackGraph, node: number) => boolean;
  /** What is minimised; the price itself for most. */
  readonly objective: (price: Price) => number;
  /** Whether steps for one person come before steps for two. */
  readonly waves: boolean;
}

const cheapest: Variant = {
  id: 'cheapest',
  why: 'Least interruption that cuts off everything protected.',
  without: [],
  takes: () => false,
  objective: ({ cost }) => cost,
  waves: false,
};

/** Whoever holds one of these changes what others run. */
const authority: ReadonlySet<AssetClass> = new Set(['update-channel', 'repository', 'pipeline']);

/** More than any plan costs: so many points are spent to spare one second approval. */
const aboveAll = 10_000;

const variants: Readonly<Record<PlanVariant, Variant>> = {
  cheapest,
  'full-freeze': {
    ...cheapest,
    id: 'full-freeze',
    why: 'Takes everything out of reach that any lever takes, whether it is protected or not.',
    takes: () => true,
  },
  staged: {
    ...cheapest,
    id: 'staged',
    why: 'First all that one person may approve, as much of the cut as that can be; then the rest.',
    objective: ({ cost, approvals }) => cost + (approvals > 1 ? aboveAll : 0),
    waves: true,
  },
  'read-only': {
    ...cheapest,
    id: 'read-only',
    why: 'Nothing that others run can be changed any more, and nothing that runs is stopped.',
    without: ['network', 'eviction'],
    takes: (graph, node) => authority.has(graph.nodeAt(node).class),
  },
  'business-first': {
    ...cheapest,
    id: 'business-first',
    why: 'Rather many small steps than one that customers notice.',
    objective: (price) => price.cost + 9 * outageOf(price) + (price.drastic ? 25 : 0),
  },
};

export function variantOf(id: PlanVariant = 'cheapest'): Variant {
  return variants[id];
}
