import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { storesByName } from '../../store/addresses.ts';
import { storeWorkloads } from '../../store/workloads.ts';

/** Only behind an endpoint that is known: who can reach the endpoint is said by other rules. */
export default {
  label: 'STORE_OPEN',
  from: ['Endpoint'],
  to: ['VectorStore', 'VectorStoreWrite'],
  needs: ['store.store', 'kubernetes.pod', 'kubernetes.workload', 'kubernetes.service'],
  techniques: ['T1190', 'T1213', 'AML.T0070'],
  traverse: 'seconds',
  explain: {
    what: 'Uses the store without any credential.',
    why: 'The store asks nobody who reaches it.',
    cut: 'Switch its authentication on, or close the network to it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, endpoint: from, looksOpen, facts } of storeWorkloads(estate)) {
    const told = storesByName(estate).get(id.slice(id.indexOf('/') + 1));
    const anonymous = told?.data.anonymous ?? 'unknown';
    if (anonymous === 'nothing') continue;
    // What the store itself was asked counts; without that, what its containers do not say.
    if (anonymous === 'unknown' && !looksOpen) continue;
    const known = anonymous !== 'unknown';
    const more = {
      facts: [...facts, ...(told === undefined ? [] : [told.id])],
      ...(known ? {} : { likelihood: 0.6, note: 'nothing in its containers says that it asks for a key' }),
    };
    yield { from, to: id, ...more };
    if (anonymous !== 'read') yield { from, to: writeId(id), ...more };
  }
}
