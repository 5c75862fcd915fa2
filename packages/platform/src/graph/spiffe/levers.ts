/**
 * Levers on registration entries. An entry is a lever where it alone gives what the step needs: what a template or a second entry gives
 * as well is not gone with it. An SVID that was fetched outlives its entry, so a step that only needs one in hand has no lever here.
 */
import type { Estate, Fact, FactId, Lever, LiveEdge, NodeId } from '@firebreak/contract';
import { lever } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { spiffeNodeId } from '../names/spiffe-id.ts';
import { svidsOf } from './workloads.ts';

/** Nothing for entries whose parent is not told, or which are resources of a controller that would make them again. */
function deletion({ data }: Fact<'spiffe.entry'>): readonly Lever[] {
  const { entryId, spiffeId, parentId } = data;
  if (parentId === undefined || !/^[A-Za-z0-9._-]+$/.test(entryId)) return [];
  const selectors = data.selectors.map(({ type, value }) => `${type}:${value}`).sort();
  return [lever('spiffe.delete-entry', { entryId, spiffeId, parentId, selectors })];
}

/** By container and identity: what gives the one to the other, entry or template. */
const givers: (estate: Estate) => ReadonlyMap<string, ReadonlySet<FactId>> = perEstate((estate) => {
  const by = new Map<string, Set<FactId>>();
  for (const { container, identity, facts } of svidsOf(estate)) {
    const key = `${container} ${identity}`;
    const known = by.get(key) ?? new Set();
    by.set(key, known.add(facts[0] ?? ''));
  }
  return by;
});

export function stopFetching({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const [only, ...more] = givers(estate).get(`${from} ${to}`) ?? [];
  const entry = only === undefined || more.length > 0 ? undefined : estate.get('spiffe.entry', only);
  return entry === undefined ? [] : deletion(entry);
}

/** Entries that make an identity an administrator or a server, by identity. */
const administering: (estate: Estate) => ReadonlyMap<NodeId, readonly Fact<'spiffe.entry'>[]> = perEstate((estate) =>
  Map.groupBy(
    estate.all('spiffe.entry').filter(({ data }) => data.admin || data.downstream),
    ({ data }) => spiffeNodeId(data.spiffeId) ?? '',
  ),
);

/** The server looks the mark up with every call, so it ends at once. */
export function stopAdministering({ from }: LiveEdge, estate: Estate): readonly Lever[] {
  const [only, ...more] = administering(estate).get(from) ?? [];
  return only === undefined || more.length > 0 ? [] : deletion(only);
}
