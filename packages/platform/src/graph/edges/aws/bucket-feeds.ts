import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { workloadNeeds, workloadsOf } from '../../aws/workloads.ts';
import { writeId } from '../../names/storage-uri.ts';

/** A model is taken when it is deployed, training data when the job runs: both again and again in practice, and nobody sees it. */
export default {
  label: 'BUCKET_FEEDS',
  from: ['BucketWrite'],
  to: ['SageMakerModel', 'TrainingJob', 'KnowledgeBase', 'CustomModel'],
  needs: [...workloadNeeds, 'aws.bucket'],
  techniques: ['AML.T0020', 'AML.T0018', 'AML.T0051.001'],
  traverse: 'days',
  explain: {
    what: 'Decides what the model is, what it learns or what is answered from.',
    why: 'The model, its training data or the documents of the knowledge base lie in this bucket.',
    cut: 'Take the right to write to the bucket away; sign models and pin versions of data.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, fact, data } of workloadsOf(estate))
    for (const { bucket, key, as } of data)
      yield { from: writeId(bucket), to, facts: [fact], likelihood: 0.5, note: key === '' ? as : `${as} (${key})` };
}
