import {
  completeness,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type GraphNode,
  type NodeGroup,
  type NodeRule,
} from '@firebreak/contract';
import { changedSubjects } from '../facts/changes.ts';
import { Reader, takeOver } from '../facts/reader.ts';
import { type Assembled, assemble } from './assemble.ts';
import { AttackGraph } from './attack-graph.ts';
import { declaredNeeds, lessDeclared, withDeclared } from './declared-levers.ts';
import { type SaidNodes, sayNodes, togetherSaid } from './node-table.ts';
import { joinSteps, type Steps, StepWriter } from './steps.ts';
import { Vocabulary } from './vocabulary.ts';

/** What a node rule said of the last estate, and by which reader. */
interface NodePart extends SaidNodes {
  readonly reader: Reader;
}
interface EdgePart {
  readonly reader: Reader;
  readonly steps: Steps;
  readonly groups: ReadonlyMap<number, NodeGroup>;
}
/** A hub's members, as the first rule that leads to it told them. */
interface HubPart {
  readonly reader: Reader;
  readonly label: string;
  readonly steps: Steps;
}

interface Last {
  readonly estate: Estate;
  readonly nodeParts: readonly NodePart[];
  readonly edgeParts: readonly EdgePart[];
  readonly hubs: ReadonlyMap<number, HubPart>;
  readonly assembled: Assembled;
}

/**
 * Graphs of one estate as it changes. Each is what `deriveGraph` gives, to the last index; but rules that read nothing which
 * changed since the graph before are not asked again, and neither is the knowledge that they share (see `facts/reader.ts`).
 * For one estate as it goes: graphs that it gave stay as they are, and an older estate that is asked for again is one more change.
 */
export class GraphKeeper {
  readonly #nodeRules: readonly NodeRule[];
  readonly #edgeRules: readonly EdgeRule[];
  readonly #options: DeriveOptions;
  readonly #needs: ReadonlySet<string>;
  #vocabulary = new Vocabulary();
  #last: Last | undefined;

  /** @throws Error when two edge rules have the same label. */
  constructor(nodeRules: readonly NodeRule[], edgeRules: readonly EdgeRule[], options: DeriveOptions = {}) {
    this.#nodeRules = nodeRules;
    this.#edgeRules = [...edgeRules].sort((a, b) => (a.label < b.label ? -1 : 1)).map(lessDeclared);
    this.#edgeRules.forEach((rule, at) => {
      if (rule.label === this.#edgeRules[at + 1]?.label) throw new Error(`two edge rules are called ${rule.label}`);
    });
    this.#options = options;
    this.#needs = new Set([...[...nodeRules, ...edgeRules].flatMap((rule) => rule.needs), ...declaredNeeds]);
  }

  graphOf(estate: Estate): AttackGraph {
    const before = this.#last;
    // A rule that throws leaves nothing behind: what it had read may have moved on already.
    this.#last = undefined;
    this.#last = this.#following(before === undefined || this.#isOvergrown(before) ? undefined : before, estate);
    const { assembled } = this.#last;
    return new AttackGraph({
      estate,
      options: this.#options,
      rules: withDeclared(this.#edgeRules, estate, (id) => assembled.nodes[assembled.indexOf.get(id) ?? -1]),
      completeness: completeness(estate.gaps, this.#needs),
      ...assembled,
    });
  }

  /** Most of what the vocabulary holds was forgotten by the estate long ago. */
  #isOvergrown({ assembled }: Last): boolean {
    const overgrown = this.#vocabulary.ids.values.length > 2 * assembled.nodes.length + 10_000;
    if (overgrown) this.#vocabulary = new Vocabulary();
    return overgrown;
  }

  #following(before: Last | undefined, estate: Estate): Last {
    const kept = before === undefined ? new Set<Reader>() : this.#takeOver(before, estate);
    const stays = ({ reader }: { readonly reader: Reader }) => kept.has(reader);

    const nodeParts = this.#nodeRules.map((rule, at): NodePart => {
      const part = before?.nodeParts[at];
      if (part !== undefined && stays(part)) return part;
      const reader = new Reader(estate);
      return { reader, ...sayNodes(this.#vocabulary, rule.derive(reader.view), part) };
    });
    const writer = new StepWriter(this.#vocabulary);
    const edgeParts = this.#edgeRules.map((rule, at): EdgePart => {
      const part = before?.edgeParts[at];
      if (part !== undefined && stays(part)) return part;
      const reader = new Reader(estate);
      return { reader, ...writer.ofRule(rule.derive(reader.view, this.#options), part?.steps) };
    });
    const hubs = new Map<number, HubPart>();
    for (const { reader, groups } of edgeParts)
      for (const [hub, group] of groups) {
        if (hubs.has(hub)) continue;
        const part = before?.hubs.get(hub);
        hubs.set(
          hub,
          part !== undefined && stays(part)
            ? part
            : { reader, label: group.label, steps: writer.ofMembers(hub, group.members()) },
        );
      }
    const same =
      before !== undefined &&
      nodeParts.every((part, at) => part === before.nodeParts[at]) &&
      edgeParts.every((part, at) => part === before.edgeParts[at]);
    const assembled = same ? before.assembled : this.#assemble(nodeParts, edgeParts, hubs);
    return { estate, nodeParts, edgeParts, hubs, assembled };
  }

  #takeOver({ estate, nodeParts, edgeParts }: Last, after: Estate): ReadonlySet<Reader> {
    const readers = [...nodeParts, ...edgeParts].map(({ reader }) => reader);
    return takeOver(estate, after, readers, changedSubjects(estate, after));
  }

  #assemble(
    nodeParts: readonly NodePart[],
    edgeParts: readonly EdgePart[],
    hubs: ReadonlyMap<number, HubPart>,
  ): Assembled {
    const { ids } = this.#vocabulary;
    const nodes = togetherSaid(ids.values.length, nodeParts);
    for (const [hub, { label }] of hubs) nodes[hub] = hubNode(ids.at(hub), label);
    const said = edgeParts.map(({ steps }, type) => ({ type, steps }));
    const members = [...hubs.values()].map(({ steps }) => ({ type: edgeParts.length, steps }));
    return assemble(this.#vocabulary, nodes, hubs.keys(), joinSteps([...said, ...members]));
  }
}

function hubNode(id: string, label: string): GraphNode {
  return { id, kind: 'Group', class: 'inventory', name: label, facts: [] };
}
