import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { workloadNeeds, workloadsOf } from '../../aws/workloads.ts';

/** Only a tag that can move is followed: not a digest, and not a tag of a repository whose tags cannot be moved. */
export default {
  label: 'AWS_IMAGE_RUNS',
  from: ['Repository'],
  to: ['Function', 'EcsTaskDefinition', 'CodeBuildProject', 'SageMakerModel', 'TrainingJob', 'AgentCoreRuntime'],
  needs: [...workloadNeeds, 'aws.ecr-repository'],
  techniques: ['T1525', 'T1195.002', 'AML.T0010'],
  traverse: 'hours',
  explain: {
    what: 'Runs its own code in the workload, as the next image that it takes.',
    why: 'The workload names its image by a tag, which whoever pushes to the repository can move.',
    cut: 'Name the image by its digest, make the tags immutable, or take the right to push away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const immutable = new Set(
    estate
      .all('aws.ecr-repository')
      .filter(({ data }) => data.imageTagMutability === 'IMMUTABLE')
      .map(({ data }) => `oci:Repository/${data.repositoryUri ?? ''}`),
  );
  for (const { id: to, fact, images, takes } of workloadsOf(estate))
    for (const { repository: from, tag } of images)
      if (!immutable.has(from))
        yield {
          from,
          to,
          facts: [fact],
          likelihood: takes === 'at its next start' ? 0.9 : 0.5,
          note: `${tag}, ${takes}`,
        };
}
