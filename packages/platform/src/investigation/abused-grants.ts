/** The grants that were abused: each step of the ways to what was touched, once, with how often it carried something. */
import type { CouldDid } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';

type Grant = CouldDid['abused'][number];

const mostGrants = 200;
const mostTouched = 10;

/** Those most used first. What was only tried abused nothing. */
export function abusedGrants(graph: AttackGraph, did: CouldDid['did']): Grant[] {
  const rules = new Map(graph.rules.map((rule) => [rule.label, rule.explain.what]));
  const grants = new Map<string, Grant>();
  for (const { node, way, events, first, last } of did) {
    if (events === 0) continue;
    for (const { type, from, to } of way) {
      const key = JSON.stringify([type, from, to]);
      const known = grants.get(key);
      grants.set(key, {
        type,
        from,
        to,
        words: rules.get(type) ?? type,
        events: (known?.events ?? 0) + events,
        first: known !== undefined && known.first < first ? known.first : first,
        last: known !== undefined && known.last > last ? known.last : last,
        touched: [...(known?.touched ?? []), node.id].slice(0, mostTouched),
      });
    }
  }
  return [...grants.values()]
    .sort((a, b) => b.events - a.events || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.to < b.to ? -1 : 1))
    .slice(0, mostGrants);
}
