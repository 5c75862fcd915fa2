import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_CREATE_DEV_ENDPOINT',
  pathfinding: 'glue-001',
  techniques: ['T1578', 'T1548.005'],
  what: 'Makes a development endpoint, signs in to it and acts as its role.',
  why: 'It may pass the role to a service that the role trusts, and make development endpoints.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['glue.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'glue:CreateDevEndpoint', on: '*' },
  ],
});
