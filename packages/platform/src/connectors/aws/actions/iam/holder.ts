/** Users, roles and groups have the same commands under three names. */
import { array, type Foreign, textAt } from '../../../../intake/foreign.ts';
import { type Desk, nameOf } from '../exchange/desk.ts';
import { documentText } from './document.ts';

type Kind = 'User' | 'Role' | 'Group';

export function holderKind(arn: string): Kind {
  if (arn.includes(':user/')) return 'User';
  return arn.includes(':role/') ? 'Role' : 'Group';
}

/** `{ RoleName: 'deployer' }` */
export function holderName(arn: string): Foreign {
  return { [`${holderKind(arn)}Name`]: nameOf(arn) };
}

/** `role deployer` */
export function holderWords(arn: string): string {
  return `${holderKind(arn).toLowerCase()} ${nameOf(arn)}`;
}

/** AWS made it for one of its services: nobody may change it. */
export function isServiceLinked(arn: string): boolean {
  return arn.includes(':role/aws-service-role/');
}

/** Null when there is no such holder; `text` null when it has no inline policy of the name. */
export async function inlinePolicy(desk: Desk, arn: string, name: string): Promise<{ text: string | null } | null> {
  const kind = holderKind(arn);
  const listed = await desk.get('iam', `List${kind}Policies`, holderName(arn));
  if (listed === null) return null;
  if (!array(listed.PolicyNames).includes(name)) return { text: null };
  const answer = await desk.get('iam', `Get${kind}Policy`, { ...holderName(arn), PolicyName: name });
  return { text: documentText(textAt(answer, 'PolicyDocument')) };
}

/** What the commands on policies of holders need, for these verbs. */
export function holderPermissions(kinds: readonly Kind[], ...verbs: readonly string[]): readonly string[] {
  return kinds.flatMap((kind) =>
    verbs.map((verb) => `iam:${verb.replace('*', kind)} arn:*:iam::*:${kind.toLowerCase()}/*`),
  );
}
