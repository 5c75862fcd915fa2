import { escalation } from '../../aws/escalation.ts';
import { clusters } from '../../aws/resources-with-roles.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'ECS_START_TASK',
  pathfinding: 'ecs-005',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, on a machine of a cluster that is there.',
  why: 'It may pass the role to a service that the role trusts, and make task definitions and start tasks.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ecs-tasks.amazonaws.com']),
  exists: [clusters],
  needs: ['aws.ecs-cluster'],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ecs:RegisterTaskDefinition', on: 'arn:*:ecs:*:*:task-definition/*:*' },
    { action: 'ecs:StartTask', on: 'arn:*:ecs:*:*:task-definition/*:*' },
  ],
});
