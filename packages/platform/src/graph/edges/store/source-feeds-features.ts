import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { nodeOfAddress } from '../../names/written-address.ts';

export default {
  label: 'SOURCE_FEEDS_FEATURES',
  from: ['BucketWrite'],
  to: ['FeatureViewWrite'],
  needs: ['store.collection'],
  techniques: ['AML.T0020'],
  traverse: 'hours',
  explain: {
    what: 'Changes what the features are made of.',
    why: 'The feature view takes its data from this bucket.',
    cut: 'Take away the right to write to the bucket.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('store.collection'))
    for (const source of data.sources) {
      const bucket = nodeOfAddress(source);
      if (bucket?.includes(':Bucket/') === true)
        yield { from: writeId(bucket), to: writeId(id), facts: [id], note: source };
    }
}
