/**
 * What a server's answer to an old credential says of the credential. Only the server's own yes or no is one: an address that does not
 * answer, is busy or fails has said nothing, and `dead` by mistake is what an attacker hopes for.
 */
import type { CredentialVerdict } from '@firebreak/contract';
import type { HttpFailure } from './http.ts';

/** @param where what was asked with it, as a sentence begins: `The registry`, `GET /rate_limit` */
export function triedVerdict(answer: { readonly ok: true } | HttpFailure, where: string): CredentialVerdict {
  if (answer.ok) return { result: 'alive', evidence: `${where} accepts it.` };
  // It knew who was asking: what they may do is another question.
  if (answer.failure === 'forbidden') return { result: 'alive', evidence: `${where} knows whose it is (403).` };
  if (answer.failure === 'unauthorized' && answer.status === 401)
    return { result: 'dead', evidence: `${where} answers 401 to it.` };
  return { result: 'cannot-tell', evidence: answer.reason };
}

/** A name behind a prefix of ids, such as `oci:User/registry.example/`; undefined for the id of another system, or of none. */
export function nameBehind(prefix: string, id: string | null): string | undefined {
  return id?.startsWith(prefix) === true && id.length > prefix.length ? id.slice(prefix.length) : undefined;
}
