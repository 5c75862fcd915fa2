import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
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
  severedBy: [],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-ecr-pull',
      label: 'pullable repositories',
      action: 'ecr:BatchGetImage',
      things: repositoriesToPull(estate),
      prefix: 'repository/',
    }),
  levers: () => [],
} satisfies EdgeRule;
