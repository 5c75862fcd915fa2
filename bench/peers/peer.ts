/** A graph of plain edges, as peers load it. */
export interface PeerGraph {
  readonly nodeCount: number;
  readonly source: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
}

/** Median time of one blast radius and time to load, in milliseconds; or why there is none. */
export type PeerResult =
  | { readonly time: number; readonly reached: number; readonly loaded: number }
  | { readonly missing: string };
