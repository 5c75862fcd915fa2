import { igraphPeer } from './igraph.ts';
import { kuzuPeer } from './kuzu.ts';
import type { Missing, Peer, PeerGraph } from './peer.ts';
import { postgresqlPeer } from './postgresql.ts';

/** Every peer with the graph loaded, one after the other; those that cannot be had say why. */
export async function startPeers(graph: PeerGraph, database: string | undefined): Promise<(Peer | Missing)[]> {
  return [await kuzuPeer(graph), await postgresqlPeer(graph, database), await igraphPeer(graph)];
}

/** Those that are there; the others are named on the way. */
export function present(peers: readonly (Peer | Missing)[]): Peer[] {
  return peers.flatMap((peer) => {
    if (!('missing' in peer)) return [peer];
    console.log(`${peer.name}: left out, ${peer.missing}`);
    return [];
  });
}

/** @throws Error when a peer and we do not say the same */
export function mustAgree(question: string, peer: string, found: number, ours: number): void {
  if (found !== ours) throw new Error(`${question}: ${peer} says ${found}, we ${ours}`);
}
