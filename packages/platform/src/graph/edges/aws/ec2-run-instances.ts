import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'EC2_RUN_INSTANCES',
  pathfinding: 'ec2-001',
  techniques: ['T1578.002', 'T1552.005'],
  what: 'Starts a machine of its own that acts as a role.',
  why: 'It may pass the role to a service that the role trusts, and start instances.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ec2.amazonaws.com'], { byProfile: true }),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ec2:RunInstances', on: 'arn:*:ec2:*:*:instance/*' },
    { action: 'ec2:RunInstances', on: 'arn:*:ec2:*::image/*' },
    { action: 'ec2:RunInstances', on: 'arn:*:ec2:*:*:subnet/*' },
    { action: 'ec2:RunInstances', on: 'arn:*:ec2:*:*:security-group/*' },
    { action: 'ec2:RunInstances', on: 'arn:*:ec2:*:*:network-interface/*' },
  ],
});
