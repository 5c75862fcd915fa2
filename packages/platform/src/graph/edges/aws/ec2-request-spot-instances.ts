import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'EC2_REQUEST_SPOT_INSTANCES',
  pathfinding: 'ec2-003',
  techniques: ['T1578.002', 'T1552.005'],
  what: 'Starts a spot machine of its own that acts as a role.',
  why: 'It may pass the role to a service that the role trusts, and request spot instances.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['ec2.amazonaws.com'], { byProfile: true }),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'ec2:RequestSpotInstances', on: 'arn:*:ec2:*:*:spot-instances-request/*' },
  ],
});
