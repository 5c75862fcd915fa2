import { escalation } from '../../aws/escalation.ts';
import { instances } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'EC2_MODIFY_INSTANCE_ATTRIBUTE',
  pathfinding: 'ec2-002',
  techniques: ['T1578', 'T1552.005'],
  what: 'Stops a machine, gives it commands to run at its next start, and starts it: they act as its role.',
  why: 'It may change the user data of the instance, stop it and start it.',
  cut: 'Take any of the three rights from it, or a lesser role for the instance.',
  to: ['Role'],
  target: running(instances),
  needs: ['aws.instance'],
  steps: [
    { action: 'ec2:ModifyInstanceAttribute', on: 'thing' },
    { action: 'ec2:StopInstances', on: 'thing' },
    { action: 'ec2:StartInstances', on: 'thing' },
  ],
});
