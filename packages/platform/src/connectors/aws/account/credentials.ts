/** What users sign in with: passwords and access keys, with their last use. What may not be asked stays open, and is a gap. */
import { type Foreign, record, textAt } from '../../../intake/foreign.ts';
import type { Desk, Scope } from './desk.ts';

const users: Scope = { service: 'iam', kinds: ['aws.user'], operations: { ListUsers: 'iam:ListUsers' } };
const passwords: Scope = {
  service: 'iam',
  kinds: ['aws.user', 'aws.login-profile'],
  operations: { GetLoginProfile: 'iam:GetLoginProfile' },
};
const keys: Scope = {
  service: 'iam',
  kinds: ['aws.user', 'aws.access-key'],
  operations: { ListAccessKeys: 'iam:ListAccessKeys', GetAccessKeyLastUsed: 'iam:GetAccessKeyLastUsed' },
};
export const credentialScopes: readonly Scope[] = [users, passwords, keys];

/** The users that there are, with what they have. */
export async function withCredentials(desk: Desk, known: readonly unknown[]): Promise<readonly Foreign[]> {
  if (known.length === 0) return [];
  const listed = (await desk.beside(users).list('ListUsers', 'Users')).items;
  const used = new Map(listed.map((user) => [textAt(user, 'Arn'), user.PasswordLastUsed]));
  const all: Foreign[] = [];
  for await (const user of desk.each(known, async (entry) => {
    const UserName = textAt(entry, 'UserName') ?? '';
    const [LoginProfile, AccessKeys] = await Promise.all([
      desk.beside(passwords).has('GetLoginProfile', { UserName }, UserName),
      keysOf(desk.beside(keys), UserName),
    ]);
    return { ...record(entry), AccessKeys, LoginProfile, PasswordLastUsed: used.get(textAt(entry, 'Arn')) };
  }))
    all.push(user);
  return all;
}

async function keysOf(desk: Desk, UserName: string): Promise<readonly Foreign[]> {
  const found: Foreign[] = [];
  for (const key of (await desk.list('ListAccessKeys', 'AccessKeyMetadata', { UserName }, UserName)).items) {
    const AccessKeyId = textAt(key, 'AccessKeyId') ?? '';
    const use = record((await desk.get('GetAccessKeyLastUsed', { AccessKeyId }, AccessKeyId))?.AccessKeyLastUsed);
    found.push({ ...key, LastUsedDate: use?.LastUsedDate, LastUsedService: use?.ServiceName });
  }
  return found;
}
