/**
 * What can be read and changed apart from each other is two nodes: the thing itself, whose holder can read it, and the right to
 * change it (`writeId`, see docs/decisions/0003). People speak of the one thing; these lead from one to the other.
 */
import type { AttackGraph } from '../graph/attack-graph.ts';
import { writeId } from '../graph/names/storage-uri.ts';

interface Twins {
  /** By thing, the right to change it; absent where holding the thing is that right. */
  readonly writeOf: ReadonlyMap<number, number>;
  /** By right to change, the thing. */
  readonly thingOf: ReadonlyMap<number, number>;
}

const known = new WeakMap<AttackGraph, Twins>();

export function twinsOf(graph: AttackGraph): Twins {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const writeOf = new Map<number, number>();
  const thingOf = new Map<number, number>();
  for (const [id, thing] of graph.indexOf) {
    const write = graph.indexOf.get(writeId(id));
    if (write === undefined || graph.isHub(thing) || graph.isHub(write)) continue;
    writeOf.set(thing, write);
    thingOf.set(write, thing);
  }
  const twins = { writeOf, thingOf };
  known.set(graph, twins);
  return twins;
}
