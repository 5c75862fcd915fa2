/**
 * Levers that a team declared, joined to the steps that they say they sever. They are facts and no rules, so this is not in a rule's file:
 *
 * - `withDeclared` gives rules whose `levers` name, besides their own, those that are declared for the step at hand;
 * - `lessDeclared` gives rules that leave out the steps which a lever in effect severs and which no collector can see (`shown:
 *   declaration`). Only steps between named nodes can be left out so, and the connector reports a gap with each, so that no answer
 *   which rests on it is called complete.
 *
 * What must stay true: without declared levers rules are what they were.
 */
import type {
  DeclaredLever,
  DerivedEdge,
  EdgeRule,
  Estate,
  FactKind,
  GraphNode,
  Lever,
  LiveEdge,
  NodeId,
} from '@firebreak/contract';
import { FirebreakError, lever } from '@firebreak/contract';
import { perEstate } from '../facts/estate.ts';
import { parseSelector, type Selector } from './selector.ts';

/** What is read here, besides what the rules read. */
export const declaredNeeds: readonly FactKind[] = ['declared.lever'];

type NodeOf = (id: NodeId) => GraphNode | undefined;

/** One end of a severed step: the lever's target, or a node that the selector means. */
type End = 'target' | Selector;

interface Sever {
  readonly declared: DeclaredLever;
  readonly from: End;
  readonly to: End;
  readonly target: Selector;
  /** Where neither end is the target: the one node that it is. */
  readonly only: NodeId | undefined;
}

/** By label of the rule. A lever with a selector that cannot be read severs nothing. */
const seversByEdge: (estate: Estate) => ReadonlyMap<string, readonly Sever[]> = perEstate((estate) => {
  const byEdge = new Map<string, Sever[]>();
  for (const { data } of estate.all('declared.lever'))
    for (const { edge, from, to } of data.severs) {
      const sever = severOf(data, from, to);
      if (sever === undefined) continue;
      const known = byEdge.get(edge);
      if (known === undefined) byEdge.set(edge, [sever]);
      else known.push(sever);
    }
  return byEdge;
});

function severOf(declared: DeclaredLever, from: string, to: string): Sever | undefined {
  const end = (text: string): End => (text === 'target' ? 'target' : parseSelector(text));
  try {
    const only = /^id=([^*;,\\]+)$/.exec(declared.target)?.[1];
    return { declared, from: end(from), to: end(to), target: parseSelector(declared.target), only };
  } catch (error) {
    if (error instanceof FirebreakError) return undefined;
    throw error;
  }
}

/** @param nodeOf nodes of the graph that the rules are of */
export function withDeclared(rules: readonly EdgeRule[], estate: Estate, nodeOf: NodeOf): readonly EdgeRule[] {
  const severs = seversByEdge(estate);
  if (severs.size === 0) return rules;
  return rules.map((rule) => {
    const own = severs.get(rule.label);
    if (own === undefined) return rule;
    const actions = own.map(({ declared }) => actionOf(declared));
    return {
      ...rule,
      severedBy: [...new Set([...rule.severedBy, ...actions])],
      levers: (edge, of) => [...rule.levers(edge, of), ...leversOf(own, edge, nodeOf)],
    };
  });
}

function leversOf(severs: readonly Sever[], edge: LiveEdge, nodeOf: NodeOf): readonly Lever[] {
  const found = new Map<string, Lever>();
  for (const sever of severs) {
    const target = targetOn(sever, edge, nodeOf);
    const values = target === undefined ? undefined : valuesOf(sever.declared, target);
    if (target === undefined || values === undefined) continue;
    const { lever: name, definition, title, because } = sever.declared;
    const { id, kind, name: called } = target;
    const made = lever(actionOf(sever.declared), {
      lever: name,
      definition,
      title,
      target: { kind, id, name: called },
      with: values,
      ...(because === undefined ? {} : { because }),
    });
    found.set(made.key, made);
  }
  return [...found.values()];
}

function actionOf({ stage, because }: DeclaredLever): string {
  return `declared.${stage}${because === undefined ? '' : '-for-good'}`;
}

/** The node that the lever is pulled on, where it severs this step. */
function targetOn({ from, to, target, only }: Sever, edge: LiveEdge, nodeOf: NodeOf): GraphNode | undefined {
  const ends = [
    [from, [edge.from, ...edge.with]],
    [to, [edge.to]],
  ] as const;
  let chosen: GraphNode | undefined;
  for (const [end, ids] of ends) {
    // A step that needs several holdings is gone when one of them is cut off.
    const wanted = end === 'target' ? target : end;
    const node = ids.map(nodeOf).find((each) => each !== undefined && isMeant(wanted, each));
    if (node === undefined) return undefined;
    if (end === 'target') chosen ??= node;
  }
  return chosen ?? (only === undefined ? undefined : nodeOf(only));
}

function isMeant(selector: Selector, node: GraphNode): boolean {
  return selector.some((terms) => terms.every((holds) => holds(node)));
}

/** Undefined where the node does not have what a parameter is taken from. */
function valuesOf({ parameters }: DeclaredLever, node: GraphNode): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [name, { from, label, value }] of Object.entries(parameters)) {
    const found = value ?? (label === undefined ? from && node[from] : node.labels?.[label]);
    if (found === undefined || !isValue(found)) return undefined;
    values[name] = found;
  }
  return values;
}

/** As the actions take it: one line, and no way to another folder. */
function isValue(value: string): boolean {
  return value.length <= 256 && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(value) && !/^\.+$/.test(value);
}

/** Steps that are cut by declaration: label → `from` → `to`. */
const heldBy: (estate: Estate) => ReadonlyMap<string, ReadonlySet<string>> = perEstate((estate) => {
  const held = new Map<string, Set<string>>();
  for (const { data } of estate.all('declared.lever')) {
    if (data.shown !== 'declaration' || data.inEffect !== true) continue;
    const exact = (end: string) => (end === 'target' ? data.target : end).replace(/^id=/, '');
    for (const { edge, from, to } of data.severs) {
      const steps = held.get(edge) ?? new Set();
      held.set(edge, steps.add(`${exact(from)} ${exact(to)}`));
    }
  }
  return held;
});

export function lessDeclared(rule: EdgeRule): EdgeRule {
  return {
    ...rule,
    derive(estate, options) {
      const held = heldBy(estate).get(rule.label);
      return held === undefined ? rule.derive(estate, options) : leftOver(rule.derive(estate, options), held);
    },
  };
}

function* leftOver(edges: Iterable<DerivedEdge>, held: ReadonlySet<string>): Generator<DerivedEdge> {
  for (const edge of edges) {
    const tails = [edge.from, ...(edge.with ?? [])];
    const isHeld = (to: NodeId) => tails.some((from) => held.has(`${from} ${to}`));
    if (typeof edge.to === 'string') {
      if (!isHeld(edge.to)) yield edge;
      continue;
    }
    const { key, label, members } = edge.to;
    const without = [...members()].filter(({ node }) => isHeld(node)).map(({ node }) => node);
    if (without.length === 0) yield edge;
    else
      yield {
        ...edge,
        // Another set is another group: its key says which nodes are missing.
        to: {
          key: `${key} without ${without.join(' ')}`,
          label: `${label}, but ${without.length}`,
          members: () => [...members()].filter(({ node }) => !without.includes(node)),
        },
      };
  }
}
