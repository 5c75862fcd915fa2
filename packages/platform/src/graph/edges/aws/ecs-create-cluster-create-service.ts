import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'ECS_CREATE_CLUSTER_CREATE_SERVICE',
  pathfinding: 'ecs-001',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, as a service of a new cluster.',
  why: 'It may pass the role to a service that the role trusts, and make clusters, task definitions and services.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ecs-tasks.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ecs:CreateCluster', on: 'arn:*:ecs:*:*:cluster/*' },
    { action: 'ecs:RegisterTaskDefinition', on: 'arn:*:ecs:*:*:task-definition/*:*' },
    { action: 'ecs:CreateService', on: 'arn:*:ecs:*:*:service/*/*' },
  ],
});
