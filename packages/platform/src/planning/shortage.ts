/**
 * A way that nothing at hand cuts: which lever is missing, and why. The kinds differ in who can do something about it: whoever grants
 * the connector a right, whoever connects it, whoever runs the thing, whoever asked, or whoever writes levers.
 */
import type { Lack } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import type { LeverBook } from './lever-book.ts';

/** The most helpful first: what a person can change soonest. */
const helpful: readonly Lack['is'][] = ['forbidden', 'right', 'connector', 'hosting', 'lever'];

/** By kind and action, each once. Never empty. */
export function lacksOn(derivation: readonly GraphEdge[], graph: AttackGraph, book: LeverBook): Lack[] {
  const found = new Map<string, Lack>();
  const add = (lack: Lack) => void found.set(`${lack.is} ${lack.action ?? ''} ${lack.what}`, lack);
  for (const edge of derivation) {
    const levers = edge.rule.levers(edge, graph.estate);
    for (const lever of levers) add(book.lackOf(lever));
    if (levers.length > 0) continue;
    for (const action of edge.rule.severedBy)
      if (!book.knows(action)) add(book.lackOf({ key: action, action, params: {} }));
  }
  if (found.size === 0) {
    const advice = [...new Set(derivation.map((edge) => edge.rule.explain.cut))];
    add({ is: 'lever', what: `No reversible lever cuts any of its steps. By hand: ${advice.join(' Or: ')}` });
  }
  return [...found.values()].sort(
    (a, b) => helpful.indexOf(a.is) - helpful.indexOf(b.is) || (a.what < b.what ? -1 : a.what > b.what ? 1 : 0),
  );
}

const shown = 5;

/** The same in a sentence or two. */
export function missingWords(lacks: readonly Lack[]): string {
  const words = lacks.slice(0, shown).map(({ what }) => what);
  return `${words.join(' ')}${lacks.length > shown ? ` And ${lacks.length - shown} more.` : ''}`;
}
