import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'REPOSITORY_DEFINES_STORE',
  from: ['Repository'],
  to: ['FeatureStoreWrite'],
  needs: ['store.store'],
  techniques: ['T1195.002', 'AML.T0020'],
  traverse: 'hours',
  explain: {
    what: 'Rewrites the feature definitions, which the next apply puts in place.',
    why: 'The feature store is defined in this repository.',
    cut: 'Protect the branch.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('store.store')) {
    const from = data.software === 'feast' ? repositoryOf(data.repository) : undefined;
    if (from !== undefined) yield { from, to: writeId(id), facts: [id], likelihood: 0.7, note: 'with the next apply' };
  }
}
