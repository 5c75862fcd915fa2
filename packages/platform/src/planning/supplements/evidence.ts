/** Evidence first: the compromised objects and everything that a later step changes, as they are now. Proposed last, done first. */
import { lever } from '@firebreak/contract';
import type { Supplement } from './supplement.ts';

export const evidence: Supplement = {
  reason: 'evidence',
  propose: ({ graph, compromised, targets, has }) => {
    if (!has('kubernetes.snapshot')) return [];
    const objects = new Set<string>();
    for (const index of compromised) for (const fact of graph.nodes[index]?.facts ?? []) objects.add(fact);
    // A target that is no node is an object all the same (a binding); one that is not there yet is recorded as absent.
    for (const id of targets) objects.add(id);
    // Of other systems the before-state of each step is in the ledger; a cluster cannot be asked for their objects.
    const ofCluster = [...objects].filter((id) => id.startsWith('kubernetes:'));
    if (ofCluster.length === 0) return [];
    return [
      {
        lever: lever('kubernetes.snapshot', { objects: ofCluster.sort() }),
        why: 'Evidence first: the compromised objects and all that later steps change, as they are now.',
      },
    ];
  },
};
