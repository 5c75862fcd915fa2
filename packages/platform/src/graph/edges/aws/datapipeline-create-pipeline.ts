import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'DATAPIPELINE_CREATE_PIPELINE',
  pathfinding: 'datapipeline-001',
  techniques: ['T1578', 'T1548.005'],
  what: 'Runs commands of its own as a role, in a new data pipeline.',
  why: 'It may pass the role to a service that the role trusts, and make, define and activate data pipelines.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['datapipeline.amazonaws.com', 'elasticmapreduce.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'datapipeline:CreatePipeline', on: '*' },
    { action: 'datapipeline:PutPipelineDefinition', on: 'arn:*:datapipeline:*:*:pipeline/*' },
    { action: 'datapipeline:ActivatePipeline', on: 'arn:*:datapipeline:*:*:pipeline/*' },
  ],
});
