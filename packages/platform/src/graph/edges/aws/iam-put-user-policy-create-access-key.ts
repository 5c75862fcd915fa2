import { escalation } from '../../aws/escalation.ts';
import { hasRoomForKey } from '../../aws/fits.ts';
import { usersToRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_PUT_USER_POLICY_CREATE_ACCESS_KEY',
  pathfinding: 'iam-018',
  techniques: ['T1098.003', 'T1098.001'],
  traverse: 'seconds',
  what: 'Writes a policy for another user, makes a key of that user and acts as it.',
  why: 'It may write inline policies of that user and make its keys.',
  cut: 'Limit iam:PutUserPolicy and iam:CreateAccessKey to users that it owns.',
  to: ['User', 'Privilege'],
  target: usersToRaise(hasRoomForKey),
  steps: [
    { action: 'iam:PutUserPolicy', on: 'user' },
    { action: 'iam:CreateAccessKey', on: 'user' },
  ],
});
