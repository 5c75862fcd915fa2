/**
 * Sessions elsewhere: whoever is registered to be told of the compromised identity, or of the identity whose credential is compromised, is
 * told that its sessions are over. The cut holds without this; a session that a gateway keeps does not know of the cut.
 */
import { bitsetOf } from '../../graph/bitset.ts';
import { signalsAbout } from '../../graph/ssf/signals.ts';
import type { Supplement } from './supplement.ts';

export const tellReceivers: Supplement = {
  reason: 'revoke-held-credential',
  propose: ({ graph, compromised, has }) => {
    if (graph.estate.all('ssf.receiver').length === 0) return [];
    const held = new Set(compromised);
    for (const { tails, head } of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, compromised)))
      if (graph.nodeAt(tails[0] as number).class === 'credential' && graph.nodeAt(head).class === 'identity')
        held.add(head);
    return [...held]
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const node = graph.nodeAt(index);
        return signalsAbout(graph.estate, node)
          .filter(({ action }) => has(action))
          .map((lever) => ({
            lever,
            why: `${node.kind} ${node.name} is in the attacker’s hands: sessions that it has with ${String(lever.params.receiver)} live on until they are ended.`,
          }));
      });
  },
};
