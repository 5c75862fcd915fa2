import { completeness, type DeriveOptions, type EdgeRule, type Estate, type NodeRule } from '@firebreak/contract';
import { AttackGraph } from './attack-graph.ts';
import { GraphDraft } from './graph-draft.ts';

/**
 * Derives the attack graph of an estate: pure, and the same to the last index for the same facts and rules in any order.
 * Its completeness names the gaps of the estate that touch a fact kind which some rule needs.
 *
 * @throws Error when two edge rules have the same label.
 */
export function deriveGraph(
  estate: Estate,
  nodeRules: readonly NodeRule[],
  edgeRules: readonly EdgeRule[],
  options: DeriveOptions = {},
): AttackGraph {
  const rules = [...edgeRules].sort((a, b) => (a.label < b.label ? -1 : 1));
  rules.forEach((rule, at) => {
    if (rule.label === rules[at + 1]?.label) throw new Error(`two edge rules are called ${rule.label}`);
  });
  const draft = new GraphDraft(rules.length);
  for (const rule of nodeRules) for (const node of rule.derive(estate)) draft.addNode(node);
  rules.forEach((rule, type) => {
    for (const edge of rule.derive(estate, options)) draft.addEdge(type, edge);
  });
  const needs = new Set<string>([...nodeRules, ...rules].flatMap((rule) => rule.needs));
  return new AttackGraph({
    estate,
    options,
    rules,
    completeness: completeness(estate.gaps, needs),
    ...draft.finish(),
  });
}
