import { createHash } from 'node:crypto';
import type { EdgeRule, GraphNode } from '@firebreak/contract';
import type { Hypergraph } from './hypergraph.ts';

/**
 * SHA-256 (hex) of a graph. What is hashed, so that others can do it again: the line `firebreak-graph/1`; the number of
 * nodes; every node id in ascending order as a JSON string; the labels of the edge types in use, ascending, memberships of
 * groups last under the label `group`; each on a line of its own; then every edge as unsigned little-endian 32-bit numbers:
 * position of its label, number of tails, tails, head, where nodes are named by their position. Edges come as the graph
 * orders them: one tail before several, then by tails, label and head. Facts, notes and odds are not in it: the same steps
 * give the same digest.
 */
export function graphDigest(nodes: readonly GraphNode[], rules: readonly EdgeRule[], graph: Hypergraph): string {
  const hash = createHash('sha256');
  const used = new Uint32Array(rules.length + 1);
  for (const type of graph.types) used[type] = 1;
  const labels = [...rules.map((rule) => rule.label), 'group'].filter((_, type) => used[type] === 1);
  let position = 0;
  const positionOf = used.map((isUsed) => (isUsed === 1 ? position++ : 0));

  hash.update(`firebreak-graph/1\n${nodes.length}\n`);
  for (let from = 0; from < nodes.length; from += 4096) {
    const ids = nodes.slice(from, from + 4096).map((node) => `${JSON.stringify(node.id)}\n`);
    hash.update(ids.join(''));
  }
  hash.update(`${labels.length}\n${labels.map((label) => `${JSON.stringify(label)}\n`).join('')}`);

  const words = new Words((bytes) => hash.update(bytes));
  for (let edge = 0; edge < graph.edgeCount; edge += 1) {
    const tails = graph.tailsOf(edge);
    words.add(positionOf[graph.types[edge] as number] as number);
    words.add(tails.length);
    for (let at = 0; at < tails.length; at += 1) words.add(tails[at] as number);
    words.add(graph.heads[edge] as number);
  }
  words.flush();
  return hash.digest('hex');
}

/** Numbers as little-endian 32-bit words, handed on a good piece at a time. */
class Words {
  readonly #view = new DataView(new ArrayBuffer(65_536));
  readonly #take: (bytes: Uint8Array) => void;
  #length = 0;

  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take;
  }

  add(word: number): void {
    if (this.#length === this.#view.byteLength) this.flush();
    this.#view.setUint32(this.#length, word, true);
    this.#length += 4;
  }

  flush(): void {
    this.#take(new Uint8Array(this.#view.buffer, 0, this.#length));
    this.#length = 0;
  }
}
