import { escalation } from '../../aws/escalation.ts';
import { hasNoPassword } from '../../aws/fits.ts';
import { otherUsers } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_CREATE_LOGIN_PROFILE',
  pathfinding: 'iam-004',
  techniques: ['T1098.001'],
  traverse: 'seconds',
  what: 'Gives another user a password and signs in as that user.',
  why: 'It may make a password for that user, who has none.',
  cut: 'Limit iam:CreateLoginProfile to its own user.',
  to: ['User'],
  target: otherUsers(hasNoPassword),
  steps: [{ action: 'iam:CreateLoginProfile', on: 'user' }],
});
