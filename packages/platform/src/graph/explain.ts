import { type AttackPath, nodeRef, type PathStep } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from './attack-graph.ts';

/**
 * A derivation in words: its steps in an order in which each step's needs are met, with what a person needs to believe
 * each of them.
 *
 * @param derivation the live edges of one derivation in any order (`graph.liveEdgesOf(derivationOf(…))`), not empty
 */
export function explainDerivation(graph: AttackGraph, derivation: readonly GraphEdge[]): AttackPath {
  const steps = inOrder(derivation);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a derivation has at least one step');
  const goal = graph.nodeAt(last.head);
  return {
    start: nodeRef(graph.nodeAt(first.tails[0] as number)),
    goal: nodeRef(goal),
    ...(goal.jewel === undefined ? {} : { jewel: goal.jewel }),
    likelihood: steps.reduce((product, step) => product * step.likelihood, 1),
    steps: steps.map((step) => pathStep(graph, step)),
  };
}

/** Each step after the steps that lead to its tails; the goal's own step comes last because nothing needs it. */
function inOrder(derivation: readonly GraphEdge[]): GraphEdge[] {
  const into = new Map(derivation.map((step) => [step.head, step]));
  const placed = new Set<GraphEdge>();
  const needed = new Set(derivation.flatMap((step) => step.tails));
  const ends = derivation.filter((step) => !needed.has(step.head));
  // Depth first without recursion: a path may be longer than the call stack is deep.
  const stack = ends.reverse().map((step) => ({ step, open: [...step.tails] }));
  while (stack.length > 0) {
    const top = stack.at(-1) as (typeof stack)[number];
    const tail = top.open.shift();
    if (tail === undefined) {
      placed.add(top.step);
      stack.pop();
      continue;
    }
    const before = into.get(tail);
    if (before !== undefined && !placed.has(before)) stack.push({ step: before, open: [...before.tails] });
  }
  return [...placed];
}

function pathStep(graph: AttackGraph, edge: GraphEdge): PathStep {
  const [from, ...others] = edge.tails.map((tail) => nodeRef(graph.nodeAt(tail)));
  const { what, why, cut } = edge.rule.explain;
  return {
    type: edge.type,
    from: from as NonNullable<typeof from>,
    ...(others.length === 0 ? {} : { with: others }),
    to: nodeRef(graph.nodeAt(edge.head)),
    ...(edge.group === undefined ? {} : { group: edge.group }),
    what,
    why,
    cut,
    facts: [...edge.facts],
    ...(edge.note === undefined ? {} : { note: edge.note }),
    techniques: [...edge.rule.techniques],
    likelihood: edge.likelihood,
    traverse: edge.rule.traverse,
  };
}
