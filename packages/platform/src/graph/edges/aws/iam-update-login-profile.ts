import { escalation } from '../../aws/escalation.ts';
import { hasPassword } from '../../aws/fits.ts';
import { otherUsers } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_UPDATE_LOGIN_PROFILE',
  pathfinding: 'iam-006',
  techniques: ['T1098.001'],
  traverse: 'seconds',
  what: 'Changes the password of another user and signs in as that user.',
  why: 'It may change the password of that user.',
  cut: 'Limit iam:UpdateLoginProfile to its own user.',
  to: ['User'],
  target: otherUsers(hasPassword),
  steps: [{ action: 'iam:UpdateLoginProfile', on: 'user' }],
});
