import { escalation } from '../../aws/escalation.ts';
import { devEndpoints } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_UPDATE_DEV_ENDPOINT',
  pathfinding: 'glue-002',
  techniques: ['T1098.004', 'T1552.005'],
  what: 'Adds its own key to a development endpoint, signs in to it and acts as its role.',
  why: 'It may change the endpoint.',
  cut: 'Take glue:UpdateDevEndpoint from it, or remove the endpoint.',
  to: ['Role'],
  target: running(devEndpoints),
  needs: ['aws.glue-dev-endpoint'],
  steps: [{ action: 'glue:UpdateDevEndpoint', on: 'thing' }],
});
