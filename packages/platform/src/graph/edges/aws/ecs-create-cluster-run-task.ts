import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'ECS_CREATE_CLUSTER_RUN_TASK',
  pathfinding: 'ecs-002',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, as a task in a new cluster.',
  why: 'It may pass the role to a service that the role trusts, and make clusters and task definitions and run tasks.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ecs-tasks.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ecs:CreateCluster', on: 'arn:*:ecs:*:*:cluster/*' },
    { action: 'ecs:RegisterTaskDefinition', on: 'arn:*:ecs:*:*:task-definition/*:*' },
    { action: 'ecs:RunTask', on: 'arn:*:ecs:*:*:task-definition/*:*' },
  ],
});
