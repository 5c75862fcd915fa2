import { escalation } from '../../aws/escalation.ts';
import { hasTwoKeys } from '../../aws/fits.ts';
import { otherUsers } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_DELETE_CREATE_ACCESS_KEY',
  pathfinding: 'iam-003',
  techniques: ['T1098.001'],
  traverse: 'seconds',
  what: 'Replaces an access key of another user, who has two, and acts as that user.',
  why: 'It may delete and make access keys of that user.',
  cut: 'Limit iam:CreateAccessKey to its own user.',
  to: ['User'],
  target: otherUsers(hasTwoKeys),
  steps: [
    { action: 'iam:CreateAccessKey', on: 'user' },
    { action: 'iam:DeleteAccessKey', on: 'user' },
  ],
});
