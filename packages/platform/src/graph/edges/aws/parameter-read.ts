import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { parameterThings } from '../../aws/things.ts';

/** Plain parameters too: people put credentials into them. */
export default {
  label: 'PARAMETER_READ',
  from: ['User', 'Role', 'Group'],
  to: ['Parameter'],
  needs: [...identityNeeds, 'aws.parameter', 'aws.kms-key'],
  techniques: ['T1552'],
  traverse: 'seconds',
  explain: {
    what: 'Reads the parameter from Parameter Store.',
    why: 'Its policies allow ssm:GetParameter on it.',
    cut: 'Take the permission away, then rotate what it could read.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-parameters',
      label: 'parameters',
      action: 'ssm:GetParameter',
      things: parameterThings(estate),
      prefix: 'parameter/',
      keyAction: 'kms:Decrypt',
    }),
  levers: (edge, estate) => denyAction(edge, estate, { kind: 'aws.parameter', action: 'ssm:GetParameter' }),
} satisfies EdgeRule;
