import { escalation } from '../../aws/escalation.ts';
import { hasRoomForKey } from '../../aws/fits.ts';
import { usersToRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_ATTACH_USER_POLICY_CREATE_ACCESS_KEY',
  pathfinding: 'iam-015',
  techniques: ['T1098.003', 'T1098.001'],
  traverse: 'seconds',
  what: 'Attaches AWS’s administrator policy to another user, makes a key of that user and acts as it.',
  why: 'It may attach policies to that user and make its keys.',
  cut: 'Limit iam:AttachUserPolicy and iam:CreateAccessKey to users that it owns.',
  to: ['User', 'Privilege'],
  target: usersToRaise(hasRoomForKey),
  steps: [
    { action: 'iam:AttachUserPolicy', on: 'user', attaches: true },
    { action: 'iam:CreateAccessKey', on: 'user' },
  ],
});
