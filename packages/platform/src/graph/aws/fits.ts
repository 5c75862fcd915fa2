/** What must be so of a user or role before a way works, from what is told of it; what is not told is presumed. */
import type { Estate, Fact, NodeId } from '@firebreak/contract';
import { awsAuthorizer } from './evaluate.ts';
import { isUnread } from './read.ts';
import type { RoleFit, UserFit } from './targets.ts';

type Fit = ReturnType<UserFit['fits']>;

/** IAM lets a user have two access keys. */
export const hasRoomForKey: UserFit = { called: 'with room for a key', fits: hasRoomForKeyOf };
function hasRoomForKeyOf({ data }: Fact<'aws.user'>, estate: Estate): Fit {
  if (data.AccessKeys.length >= 2) return undefined;
  const untold = data.AccessKeys.length === 0 && isUnread(estate, 'aws.access-key');
  return untold ? { presumes: 'room for another key' } : {};
}

/** Where it is not told how many there are, replacing one works whatever the number. */
export const hasTwoKeys: UserFit = { called: 'with two keys', fits: hasTwoKeysOf };
function hasTwoKeysOf({ data }: Fact<'aws.user'>, estate: Estate): Fit {
  if (data.AccessKeys.length >= 2) return {};
  return data.AccessKeys.length === 0 && isUnread(estate, 'aws.access-key') ? {} : undefined;
}

export const hasPassword: UserFit = { called: 'with a password', fits: hasPasswordOf };
function hasPasswordOf({ data }: Fact<'aws.user'>, estate: Estate): Fit {
  if (data.LoginProfile === true || data.PasswordLastUsed !== undefined) return {};
  if (data.LoginProfile === false || !isUnread(estate, 'aws.login-profile')) return undefined;
  return { presumes: 'a password' };
}

export const hasNoPassword: UserFit = { called: 'without a password', fits: hasNoPasswordOf };
function hasNoPasswordOf({ data }: Fact<'aws.user'>, estate: Estate): Fit {
  if (data.LoginProfile === true || data.PasswordLastUsed !== undefined) return undefined;
  if (data.LoginProfile === false || !isUnread(estate, 'aws.login-profile')) return {};
  return { presumes: 'that there is no password yet' };
}

/** The agent of Systems Manager works only where the instance's role lets it report. */
export const agentWorks: RoleFit = { called: 'with an agent', fits: agentWorksAs };
function agentWorksAs(estate: Estate, role: NodeId): boolean {
  const ask = { principal: role, action: 'ssm:UpdateInstanceInformation', resource: '*' };
  return awsAuthorizer(estate).decide(ask).decision !== 'deny';
}
