/**
 * What has changed since a plan was made, as far as the plan can tell: it knows the set that the attacker was to be confined to, and
 * the steps that it was to sever. New steps that lead out of that set make it wrong; severed ones that are gone may make it
 * dearer than it need be.
 */
import type { EdgeKey, Plan } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';

export interface ChangedSince {
  /** Steps that lead out of the closed set and that no step of the plan severs, at most `mostListed`. */
  readonly appeared: readonly EdgeKey[];
  /** Steps that the plan severs and that are gone, at most `mostListed`. */
  readonly vanished: readonly EdgeKey[];
  /** Two or three plain sentences. */
  readonly summary: string;
}

const mostListed = 20;

export function changedSince(plan: Plan, graph: AttackGraph): ChangedSince {
  const closed = new Set(plan.certificate.reached);
  const severed = new Map(plan.steps.flatMap(({ severs }) => severs).map((edge) => [keyOf(edge), edge]));
  const appeared: EdgeKey[] = [];
  let out = 0;
  for (const edge of graph.liveEdges()) {
    if (!closed.has(edge.from) || !edge.with.every((id) => closed.has(id))) continue;
    const key: EdgeKey = { type: edge.type, from: edge.from, with: [...edge.with], to: edge.to };
    if (severed.delete(keyOf(key)) || closed.has(edge.to)) continue;
    out += 1;
    if (appeared.length < mostListed) appeared.push(key);
  }
  const gone = [...severed.values()];
  return { appeared, vanished: gone.slice(0, mostListed), summary: summaryOf(appeared, out, gone) };
}

function summaryOf(appeared: readonly EdgeKey[], out: number, gone: readonly EdgeKey[]): string {
  const said: string[] = [];
  if (out > 0) said.push(`Since the plan was made, new: ${listed(appeared, out)}.`);
  if (gone.length > 0) said.push(`Gone: ${listed(gone, gone.length)}.`);
  return said.length === 0
    ? 'No step of the attacker appeared or vanished at the edge of what it confines.'
    : said.join(' ');
}

function listed(edges: readonly EdgeKey[], count: number): string {
  const few = edges.slice(0, 3).map(({ type, from, to }) => `${type} from ${from} to ${to}`);
  return `${few.join('; ')}${count > few.length ? `; and ${count - few.length} more` : ''}`;
}

function keyOf({ type, from, with: others = [], to }: EdgeKey): string {
  return JSON.stringify([type, from, [...others].sort(), to]);
}
