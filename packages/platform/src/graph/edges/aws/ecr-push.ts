import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { denyAction, denyPush } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { repositoriesToPush } from '../../aws/things.ts';

/** The upload of layers is allowed with it in every policy that means pushing; PutImage is what moves the tag. */
export default {
  label: 'ECR_PUSH',
  from: ['User', 'Role', 'Group'],
  to: ['Repository'],
  needs: [...identityNeeds, 'aws.ecr-repository'],
  techniques: ['T1525', 'T1195.002'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes an image to the repository, and moves its tags.',
    why: 'Its policies and the repository’s together allow ecr:PutImage.',
    cut: 'Take the permission away, or make the tags immutable.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity', 'aws.deny-ecr-push'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-ecr-push',
      label: 'pushable repositories',
      action: 'ecr:PutImage',
      things: repositoriesToPush(estate),
      prefix: 'repository/',
    }),
  levers: (edge, estate) => [
    ...denyAction(edge, estate, { kind: 'aws.ecr-repository', action: 'ecr:PutImage' }),
    ...denyPush(edge, estate),
  ],
} satisfies EdgeRule;
