import { escalation } from '../../aws/escalation.ts';
import { clusters } from '../../aws/resources-with-roles.ts';
import { rolesToPass } from '../../aws/targets.ts';
import ecsCreateClusterCreateService from './ecs-create-cluster-create-service.ts';

export default escalation({
  label: 'ECS_CREATE_SERVICE',
  pathfinding: 'ecs-003',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, as a service of a cluster that is there.',
  why: 'It may pass the role to a service that the role trusts, and make task definitions and services.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ecs-tasks.amazonaws.com']),
  exists: [clusters],
  needs: ['aws.ecs-cluster'],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ecs:RegisterTaskDefinition', on: 'arn:*:ecs:*:*:task-definition/*:*' },
    { action: 'ecs:CreateService', on: 'arn:*:ecs:*:*:service/*/*' },
  ],
  coveredBy: [ecsCreateClusterCreateService],
});
