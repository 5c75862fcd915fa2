import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { workloadNeeds, workloadsOf } from '../../aws/workloads.ts';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'BUCKET_CODE',
  from: ['BucketWrite'],
  to: ['Function', 'GlueJob', 'CodeBuildProject', 'AgentCoreRuntime'],
  needs: [...workloadNeeds, 'aws.bucket'],
  techniques: ['T1525', 'T1195.002', 'T1648'],
  traverse: 'hours',
  explain: {
    what: 'Runs its own code in the workload.',
    why: 'The code of the workload is taken from this bucket.',
    cut: 'Take the right to write to the bucket away; sign code.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

/** Odds that somebody deploys again before the change is seen. */
const deployed = 0.5;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, fact, code, takes } of workloadsOf(estate))
    for (const { bucket, key, as } of code)
      yield {
        from: writeId(bucket),
        to,
        facts: [fact],
        likelihood: takes === 'at its next start' ? 0.9 : deployed,
        note: `${as} (${key}), ${takes}`,
      };
}
