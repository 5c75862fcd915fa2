/** A graph of plain edges, as peers load it. */
export interface PeerGraph {
  readonly nodeCount: number;
  readonly source: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
}

/** Another system with the graph loaded, ready to be asked; or why there is none. */
export type Peer =
  | {
      readonly name: string;
      /** Milliseconds that loading took, index included. */
      readonly loaded: number;
      /** One full blast radius. @returns how many nodes it reaches */
      readonly blast: () => Promise<number>;
      readonly close: () => Promise<void>;
    }
  | { readonly name: string; readonly missing: string };
