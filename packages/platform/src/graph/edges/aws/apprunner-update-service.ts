import { escalation } from '../../aws/escalation.ts';
import { appRunnerServices } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'APPRUNNER_UPDATE_SERVICE',
  pathfinding: 'apprunner-002',
  techniques: ['T1610'],
  what: 'Gives an App Runner service another image and acts as its role.',
  why: 'It may change the service.',
  cut: 'Take apprunner:UpdateService from it, or a lesser role for the service.',
  to: ['Role'],
  target: running(appRunnerServices),
  steps: [{ action: 'apprunner:UpdateService', on: 'thing' }],
});
