import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { repositoriesToPull } from '../../aws/things.ts';

export default {
  label: 'ECR_PULL',
  from: ['User', 'Role', 'Group'],
  to: ['RepositoryContent'],
  needs: [...identityNeeds, 'aws.ecr-repository'],
  techniques: ['T1213', 'AML.T0035'],
  traverse: 'seconds',
  explain: {
    what: 'Pulls what lies in the repository.',
    why: 'Its policies and the repository’s together allow ecr:BatchGetImage.',
    cut: 'Take the permission away.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-ecr-pull',
      label: 'pullable repositories',
      action: 'ecr:BatchGetImage',
      things: repositoriesToPull(estate),
      prefix: 'repository/',
    }),
  levers: (edge, estate) => denyAction(edge, estate, { kind: 'aws.ecr-repository', action: 'ecr:BatchGetImage' }),
} satisfies EdgeRule;
