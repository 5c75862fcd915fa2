import { z } from 'zod';
import { at, record, text, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import { secretFromRow } from '../../secret.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { refToAll } from '../objects/built-in.ts';
import { apiObject } from '../objects/names.ts';
import { asRecord, nameOf, uidOf } from '../objects/object-meta.ts';
import { stripServerOwned } from '../objects/server-owned.ts';

/** A secret that the token controller keeps a never-expiring token in, without that token. */
export const legacyTokenSchema = z.object({ name: z.string(), uid: z.string().optional(), secret: apiObject });
export type LegacyToken = z.infer<typeof legacyTokenSchema>;

const secretType = 'kubernetes.io/service-account-token';
const ownerName = 'kubernetes.io/service-account.name';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The legacy token secrets of a service account. They are listed as a table of metadata, so that no value leaves the server.
 */
export async function legacyTokens(
  attempt: KubernetesAttempt,
  namespace: string,
  serviceAccount: string,
): Promise<ApiResult<readonly LegacyToken[]>> {
  const tokens: LegacyToken[] = [];
  for await (const page of attempt.session.list(refToAll('Secret', namespace), { form: 'table' }, attempt.signal)) {
    if (!page.ok) return page;
    for (const [index, item] of page.value.items.entries()) {
      const secret = secretFromRow(item, page.value.columns, page.value.cells?.[index]);
      if (text(secret.type) !== secretType) continue;
      if (textAt(secret, 'metadata', 'annotations', ownerName) !== serviceAccount) continue;
      const uid = uidOf(secret);
      tokens.push({ name: nameOf(secret), ...(uid === undefined ? {} : { uid }), secret: withoutValues(secret) });
    }
  }
  return { ok: true, value: tokens };
}

/** The secret as it is created again: the controller fills in a new token for the account as it is then. */
export function emptyTokenSecret(token: LegacyToken): ApiObject {
  return stripServerOwned(token.secret);
}

/** `kubectl apply` repeats a manifest's values in an annotation: where it does, the annotation is left out. */
function withoutValues(secret: ApiObject): ApiObject {
  const annotations = record(at(secret, 'metadata', 'annotations')) ?? {};
  const kept = Object.entries(annotations).filter(([key, value]) => key !== lastApplied || !repeatsValues(value));
  const { apiVersion, kind, type, metadata } = asRecord(secret);
  // Field by field: a row says more than the secret itself, such as the number of its keys.
  return { apiVersion, kind, type, metadata: { ...metadata, annotations: Object.fromEntries(kept) } } as ApiObject;
}

function repeatsValues(annotation: unknown): boolean {
  try {
    const applied: unknown = JSON.parse(text(annotation) ?? '');
    return record(at(applied, 'data')) !== undefined || record(at(applied, 'stringData')) !== undefined;
  } catch {
    return true;
  }
}
