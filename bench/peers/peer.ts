/** A graph of plain edges, as peers load it. */
export interface PeerGraph {
  readonly nodeCount: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
}

/** Edges that go and edges that come, some of them to nodes that are new; of a graph in which no edge is twice. */
export interface GraphChange {
  readonly nodeCount: number;
  readonly removed: Pick<PeerGraph, 'tails' | 'heads'>;
  readonly added: Pick<PeerGraph, 'tails' | 'heads'>;
}

/** What was answered, and the time that it took the system itself. */
export interface Answer {
  readonly value: number;
  readonly milliseconds: number;
}

/** Another system with the graph loaded, ready to be asked. */
export interface Peer {
  readonly name: string;
  /** Milliseconds that loading took, index included. */
  readonly loaded: number;
  /** How many nodes one node reaches, itself included or not. */
  readonly blast: (source: number) => Promise<Answer>;
  /** How many pairs of a start and another goal that it reaches. */
  readonly exposure: (starts: readonly number[], goals: readonly number[]) => Promise<Answer>;
  /** Steps of a shortest path. */
  readonly distance: (source: number, goal: number) => Promise<Answer>;
  /** Changes the graph. How many edges it has then. */
  readonly change: (change: GraphChange) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface Missing {
  readonly name: string;
  readonly missing: string;
}

/** Times what is awaited. */
export async function timed(work: () => Promise<number>): Promise<Answer> {
  const start = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - start };
}

/** Lines in pieces that are worth a write. */
export function* chunks(count: number, line: (index: number) => string): Generator<string> {
  for (let from = 0; from < count; from += 10_000) {
    let chunk = '';
    for (let index = from; index < Math.min(count, from + 10_000); index += 1) chunk += line(index);
    yield chunk;
  }
}
