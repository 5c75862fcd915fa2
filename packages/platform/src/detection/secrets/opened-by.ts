/** Which node a secret opens or is, as far as the secret itself says. */
import { kubernetesId, type NodeId, type NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';

const serviceAccount = /^system:serviceaccount:([a-z0-9.-]{1,253}):([a-z0-9.-]{1,253})$/;

/** Nothing in the answer is secret: ids of access keys, names of service accounts. */
export function openedBy(secret: string): readonly NodeId[] {
  if (/^(?:AKIA|ASIA)[A-Z2-7]{16}$/.test(secret)) return [`aws:AccessKey/${secret}`];
  if (!secret.startsWith('eyJ')) return [];
  const claims = claimsOf(secret);
  const account = serviceAccount.exec(textAt(claims, 'sub') ?? '');
  if (account?.[1] === undefined || account[2] === undefined) return [];
  const pod = textAt(field(claims, 'kubernetes.io'), 'pod', 'name');
  return [
    kubernetesId('ServiceAccount', account[1], account[2]),
    ...(pod === undefined ? [] : [kubernetesId('Pod', account[1], pod)]),
  ];
}

/** The same of a secret that intake cut out of an event: it was told before it was. */
export function openedByRedacted({ redacted = [] }: Pick<NormalEvent, 'redacted'>, digest: string): readonly NodeId[] {
  return redacted.find((each) => each.digest === digest)?.opens ?? [];
}

function claimsOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
