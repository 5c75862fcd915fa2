import { escalation } from '../../aws/escalation.ts';
import { instances } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'EC2_INSTANCE_CONNECT_SEND_SSH_PUBLIC_KEY',
  pathfinding: 'ec2instanceconnect-003',
  techniques: ['T1021.008', 'T1552.005'],
  what: 'Signs in to a machine with a key of its own and reads the credentials of its role.',
  why: 'It may send the instance a key, and can find the instance.',
  cut: 'Take the right to send keys from it, or a lesser role for the instance.',
  to: ['Role'],
  target: running(instances),
  needs: ['aws.instance'],
  steps: [
    { action: 'ec2-instance-connect:SendSSHPublicKey', on: 'thing' },
    { action: 'ec2:DescribeInstances', on: '*' },
  ],
});
