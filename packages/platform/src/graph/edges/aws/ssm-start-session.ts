import { escalation } from '../../aws/escalation.ts';
import { agentWorks } from '../../aws/fits.ts';
import { instances } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'SSM_START_SESSION',
  pathfinding: 'ssm-001',
  techniques: ['T1021.008', 'T1552.005'],
  traverse: 'seconds',
  what: 'Opens a shell on a machine and reads the credentials of its role.',
  why: 'It may open sessions with the instance, whose agent is connected.',
  cut: 'Take ssm:StartSession from it, or a lesser role for the instance.',
  to: ['Role'],
  target: running(instances, agentWorks),
  needs: ['aws.instance'],
  steps: [{ action: 'ssm:StartSession', on: 'thing' }],
});
