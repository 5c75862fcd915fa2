import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { workloadNeeds, workloadsOf } from '../../aws/workloads.ts';

/** What runs in it asks the service, or the metadata address, for the credentials of its role. */
export default {
  label: 'WORKLOAD_ROLE',
  from: [
    'Function',
    'Instance',
    'EcsTaskDefinition',
    'CodeBuildProject',
    'GlueJob',
    'GlueDevEndpoint',
    'NotebookInstance',
    'SageMakerModel',
    'TrainingJob',
    'SageMakerPipeline',
    'BedrockAgent',
    'KnowledgeBase',
    'AgentCoreRuntime',
    'AgentCoreGateway',
    'CodeInterpreter',
  ],
  to: ['Role'],
  needs: [...workloadNeeds, 'aws.role'],
  techniques: ['T1552.005', 'T1078.004'],
  traverse: 'instant',
  explain: {
    what: 'Acts in the account as the role of the workload.',
    why: 'Whatever runs in it is handed the credentials of its role.',
    cut: 'Take permissions from the role, or stop the workload and revoke the sessions of the role.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, fact, roles } of workloadsOf(estate))
    for (const to of roles) {
      const role = estate.get('aws.role', to);
      yield { from, to, facts: role === undefined ? [fact] : [fact, role.id] };
    }
}
