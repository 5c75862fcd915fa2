/**
 * What was seen of the metrics, in blocks: one for each look. Plain JSON, so that it stands in a row; bounded, so that a million requests
 * a minute cost no more than two thousand: of more than that a seeded reservoir keeps a fair sample.
 */
import type { CanarySample, CanaryVariant } from '@firebreak/contract';
import { type Draw, drawsFor } from '../../detection/drift/random-draws.ts';

/** Values of one version in one block. */
const mostValues = 2000;

export interface SeenSide {
  /** Of numbers; those that were measured and gave nothing are null. */
  readonly values: readonly (number | null)[];
  /** Of numbers, how many there were, the ones that were not kept included. */
  readonly offered: number;
  /** Of shares. Of pairs: where only this version was wrong, of all that were asked. */
  readonly hits: number;
  readonly total: number;
}

/** One metric between two looks. */
export interface SeenBlock {
  readonly baseline: SeenSide;
  readonly canary: SeenSide;
}

/** By metric. */
export type Seen = Readonly<Record<string, SeenBlock>>;

const nothing: SeenSide = { values: [], offered: 0, hits: 0, total: 0 };
export const unseen: SeenBlock = { baseline: nothing, canary: nothing };

/** @param name of the canary and the look, so that what is kept does not depend on chance or on a crash */
export function withSamples(seen: Seen, samples: readonly CanarySample[], name: string): Seen {
  const now: Record<string, SeenBlock> = { ...seen };
  for (const { variant, metric, values = [], hits = 0, total = 0 } of samples) {
    const block = Object.hasOwn(now, metric) ? (now[metric] as SeenBlock) : unseen;
    const side = block[variant];
    const kept = reservoir(side, values, drawsFor(`${name} ${metric} ${variant} ${side.offered}`));
    now[metric] = {
      ...block,
      [variant]: { ...kept, hits: side.hits + Math.min(hits, total), total: side.total + total },
    };
  }
  return now;
}

/** Vitter's algorithm R. */
function reservoir(side: SeenSide, more: readonly (number | null)[], draw: Draw): Pick<SeenSide, 'values' | 'offered'> {
  const values = [...side.values];
  let { offered } = side;
  for (const value of more) {
    offered += 1;
    if (values.length < mostValues) values.push(value);
    else {
      const place = Math.floor(draw() * offered);
      if (place < mostValues) values[place] = value;
    }
  }
  return { values, offered };
}

/** How many of the metric were seen of a version, in whatever it is counted. */
export function countOf(block: SeenBlock, variant: CanaryVariant): number {
  const { values, total } = block[variant];
  return Math.max(total, values.filter((value) => value !== null).length);
}
