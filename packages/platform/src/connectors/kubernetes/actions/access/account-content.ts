import { isDeepStrictEqual } from 'node:util';
import { array, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';
import { present } from '../objects/object-meta.ts';
import { type PatchOperation, sameField, setField } from '../objects/one-field.ts';
import { stripServerOwned } from '../objects/server-owned.ts';

/** What a service account consists of besides its name. */
const fields: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['metadata', 'ownerReferences'],
  ['automountServiceAccountToken'],
  ['imagePullSecrets'],
  ['secrets'],
];

/**
 * Whether two states of an account say the same. `tokens` are names of legacy token secrets: the token controller takes
 * them off the account's list by itself when they are deleted, so they do not count.
 */
export function sameAccount(a: ApiObject, b: ApiObject, tokens: readonly string[]): boolean {
  return isDeepStrictEqual(contentOf(a, tokens), contentOf(b, tokens));
}

/** What makes an account that somebody else created say what `wanted` says. */
export function toAccount(now: ApiObject, wanted: ApiObject): readonly PatchOperation[] {
  return fields.flatMap((path) => setField(now, path, present(wanted, ...path)));
}

/** Whether the account lists every legacy token secret that it listed before. */
export function listsAgain(now: ApiObject, before: ApiObject): boolean {
  return sameField(now, before, ['secrets']) || listed(before).every((name) => listed(now).includes(name));
}

/** Puts the names that are missing back on the account's list; other names that came since stay. */
export function listAgain(now: ApiObject, before: ApiObject): readonly PatchOperation[] {
  const added = array(present(now, 'secrets')).filter((entry) => !listed(before).includes(textAt(entry, 'name') ?? ''));
  return setField(now, ['secrets'], [...array(present(before, 'secrets')), ...added]);
}

function listed(account: ApiObject): readonly string[] {
  return array(present(account, 'secrets')).flatMap((entry) => textAt(entry, 'name') ?? []);
}

function contentOf(account: ApiObject, tokens: readonly string[]): unknown {
  const { secrets: _, ...rest } = stripServerOwned(account);
  return { ...rest, secrets: listed(account).filter((name) => !tokens.includes(name)) };
}
