/** Answers as boxes and lines. */
import type { Lineage } from '@firebreak/contract/answers/lineage';
import type { RequestPath } from '@firebreak/contract/answers/request-path';
import type { DrawnBox, DrawnLine } from './layered-drawing.tsx';

/** Each station in the column of its hops, with how many influence it. */
export function boxesOfRequest({ stations }: RequestPath): readonly DrawnBox[] {
  return stations.map((station) => {
    const direct = station.influences.filter(({ how }) => how !== 'attack').length;
    const attack = station.influences.length - direct;
    return {
      id: station.id,
      column: station.hops,
      kind: `${station.station}: ${station.kind}`,
      name: station.name,
      note: `${direct} control it, ${attack} by attack`,
      tone: station.hops === 0 ? 'info' : attack > 0 ? 'warn' : 'neutral',
    };
  });
}

/** One line for all hops or links between the same two; unsure only when all of them are. */
export function linesOf(
  hops: readonly { readonly from: { id: string }; readonly to: { id: string }; readonly likelihood: number }[],
): readonly DrawnLine[] {
  const lines = new Map<string, DrawnLine>();
  for (const { from, to, likelihood } of hops) {
    const key = `${from.id}\n${to.id}`;
    const unsure = likelihood < 1 && lines.get(key)?.unsure !== false;
    lines.set(key, { from: from.id, to: to.id, unsure });
  }
  return [...lines.values()];
}

/**
 * What it was made from to the left, the model in the middle, what it is in to the right: what was made from it, what runs it,
 * and where it answers. The ends of links that are none of these (the pods of a deployment) stand with what runs.
 */
export function pictureOfLineage(lineage: Lineage): { boxes: readonly DrawnBox[]; lines: readonly DrawnLine[] } {
  const { model, upstream, downstream, running, endpoints, links } = lineage;
  const boxes = new Map<string, DrawnBox>();
  const add = (
    node: { readonly id: string; readonly kind: string; readonly name: string },
    column: number,
    note: string,
    tone: DrawnBox['tone'],
  ) => {
    if (!boxes.has(node.id)) boxes.set(node.id, { id: node.id, kind: node.kind, name: node.name, column, note, tone });
  };
  const into = ranks(new Set(upstream.map(({ id }) => id)), links);
  const outOf = ranks(
    new Set(downstream.map(({ id }) => id)),
    links.map(({ from, to }) => ({ from: to, to: from })),
  );
  const furthest = Math.max(0, ...outOf.values());
  add(model, 0, 'this one', 'info');
  for (const node of upstream) add(node, -(into.get(node.id) ?? 1), `${node.class}, goes into it`, 'neutral');
  for (const node of downstream) add(node, outOf.get(node.id) ?? 1, `${node.class}, made of it`, 'neutral');
  for (const node of running) add(node, furthest + 2, `${node.class}, runs it`, 'warn');
  for (const node of endpoints) add(node, furthest + 4, 'answers', 'jewel');
  // Parts stand before the whole that they make up, or after the one that makes them.
  const wholes = new Set(running.map(({ id }) => id));
  const made = new Set(links.filter(({ from }) => wholes.has(from.id)).map(({ to }) => to.id));
  for (const { from, to } of links)
    for (const part of [from, to]) add(part, furthest + (made.has(part.id) ? 3 : 1), 'part of what runs', 'neutral');
  const lines = [...linesOf(links)];
  const linked = new Set(lines.flatMap(({ from, to }) => [from, to]));
  // A whole whose parts hold the model has no link of its own.
  for (const node of running) if (!linked.has(node.id)) lines.push({ from: model.id, to: node.id, unsure: true });
  return { boxes: [...boxes.values()], lines };
}

/**
 * How many links the longest way has from each of these to something that is none of them, so that a link always leads from one
 * column to a later one. A circle is cut where it is met first.
 */
function ranks(
  ids: ReadonlySet<string>,
  links: readonly { readonly from: { id: string }; readonly to: { id: string } }[],
): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>([...ids].map((id) => [id, []]));
  for (const { from, to } of links) if (ids.has(to.id)) next.get(from.id)?.push(to.id);
  const rank = new Map<string, number>();
  const rankOf = (id: string): number => {
    const known = rank.get(id);
    if (known !== undefined) return known;
    rank.set(id, 0);
    const found = 1 + Math.max(0, ...(next.get(id) ?? []).map(rankOf));
    rank.set(id, found);
    return found;
  };
  for (const id of ids) rankOf(id);
  return rank;
}
