import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { awsId } from '@firebreak/contract';

export default {
  label: 'SERVICE_RUNS_TASK',
  from: ['EcsService'],
  to: ['EcsTaskDefinition'],
  needs: ['aws.ecs-service', 'aws.ecs-task-definition'],
  techniques: ['T1610'],
  traverse: 'instant',
  explain: {
    what: 'Holds what runs as the tasks of the service.',
    why: 'The service keeps tasks of this definition running.',
    cut: 'Scale the service to none.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('aws.ecs-service'))
    if (data.taskDefinition?.startsWith('arn:') && data.desiredCount !== 0)
      yield { from, to: awsId(data.taskDefinition), facts: [from] };
}
