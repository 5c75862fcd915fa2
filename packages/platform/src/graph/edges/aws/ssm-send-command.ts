import { escalation } from '../../aws/escalation.ts';
import { agentWorks } from '../../aws/fits.ts';
import { instances } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'SSM_SEND_COMMAND',
  pathfinding: 'ssm-002',
  techniques: ['T1651', 'T1552.005'],
  traverse: 'seconds',
  what: 'Runs commands on a machine and reads the credentials of its role.',
  why: 'It may send commands to the instance, whose agent is connected.',
  cut: 'Take ssm:SendCommand from it, or a lesser role for the instance.',
  to: ['Role'],
  target: running(instances, agentWorks),
  needs: ['aws.instance'],
  steps: [
    { action: 'ssm:SendCommand', on: 'thing' },
    { action: 'ssm:SendCommand', on: 'arn:*:ssm:*::document/*' },
  ],
});
