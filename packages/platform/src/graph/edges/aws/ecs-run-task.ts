import { escalation } from '../../aws/escalation.ts';
import { clusters } from '../../aws/resources-with-roles.ts';
import { rolesToPass } from '../../aws/targets.ts';
import ecsCreateClusterRunTask from './ecs-create-cluster-run-task.ts';

export default escalation({
  label: 'ECS_RUN_TASK',
  pathfinding: 'ecs-004',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, as a task in a cluster that is there.',
  why: 'It may pass the role to a service that the role trusts, and make task definitions and run tasks.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ecs-tasks.amazonaws.com']),
  exists: [clusters],
  needs: ['aws.ecs-cluster'],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ecs:RegisterTaskDefinition', on: 'arn:*:ecs:*:*:task-definition/*:*' },
    { action: 'ecs:RunTask', on: 'arn:*:ecs:*:*:task-definition/*:*' },
  ],
  coveredBy: [ecsCreateClusterRunTask],
});
