/**
 * Makes every token of a service account worthless. A token is bound to the account's uid, so the account is deleted and
 * created again with the same content; a legacy token also lives in a secret, which is deleted first.
 *
 * What must stay true at every point where this can be cut off:
 *
 * - the content of the account is in the before-state, so an account that is missing is always created again;
 * - only what was read is deleted (uid preconditions): neither the new account nor a secret made since is ever touched;
 * - no secret's value is read, and the captured token that the probe needs leaves this file only as sealed material.
 */
import { defineAction, kubernetesId, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { listAgain, listsAgain, sameAccount, toAccount } from './access/account-content.ts';
import { freshToken } from './access/fresh-token.ts';
import { emptyTokenSecret, type LegacyToken, legacyTokenSchema, legacyTokens } from './access/legacy-tokens.ts';
import { probeTokens } from './access/probe-tokens.ts';
import { putBackBy } from './delivery/put-back.ts';
import { brokenOff, type Failed, readError, refused, refusedBy } from './exchange/failure.ts';
import { type KubernetesAttempt, look } from './exchange/reading.ts';
import { changeOf, send, sendAll, type Write } from './exchange/write.ts';
import { widelyUsed } from './impact/business-weight.ts';
import { impactOf, interruptEach, legitimateUse, podRef } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { asRecord, isTerminating, uidOf } from './objects/object-meta.ts';
import { stripServerOwned } from './objects/server-owned.ts';

const params = z.object({ namespace: namespaceName, serviceAccount: objectName });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when the account does not exist. */
  account: apiObject.nullable(),
  legacy: z.array(legacyTokenSchema),
});
type Before = z.infer<typeof before>;

const id = ({ namespace, serviceAccount }: Params) => kubernetesId('ServiceAccount', namespace, serviceAccount);
const accountRef = ({ namespace, serviceAccount }: Params) => refTo('ServiceAccount', namespace, serviceAccount);

export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.invalidate-tokens',
  title: 'Invalidate tokens',
  stage: 'credential',
  targetKinds: ['ServiceAccount'],
  params,
  before,
  permissions: [
    permission('get', 'ServiceAccount'),
    permission('create', 'ServiceAccount'),
    permission('delete', 'ServiceAccount'),
    permission('patch', 'ServiceAccount'),
    permission('create', 'ServiceAccount', 'token'),
    permission('list', 'Secret'),
    permission('create', 'Secret'),
    permission('delete', 'Secret'),
    'create authentication.k8s.io/tokenreviews',
  ],
  target: (of) => ({ kind: 'ServiceAccount', id: id(of), name: of.serviceAccount }),
  describe: (of) =>
    `Invalidate every token of ServiceAccount ${of.namespace}/${of.serviceAccount}: delete its token secrets, delete the account and create it again with the same content.`,
  undoes: () =>
    'The token secrets are created again and get new tokens. Tokens that were invalidated stay invalid: whoever used one needs a new one.',
  drastic(of, estate) {
    const pods = legitimateUse(estate).podsRunningAs(of.namespace, of.serviceAccount).length;
    return pods > widelyUsed || (of.serviceAccount === 'default' && pods > 0);
  },
  impact(of, estate) {
    const use = legitimateUse(estate);
    const account = estate.get('kubernetes.service-account', id(of));
    const unmounted = account?.data.automountServiceAccountToken === false;
    // A pod whose token is mounted keeps the dead one until the kubelet renews it, which may take most of an hour.
    const restarts = use
      .podsRunningAs(of.namespace, of.serviceAccount)
      .filter(({ data }) => data.spec.automountServiceAccountToken ?? !unmounted);
    const what = 'Its token dies; it has to restart to get a new one.';
    return impactOf(
      'invalidate-tokens',
      [
        ...interruptEach(use.runningAs(of.namespace, of.serviceAccount), () => what),
        ...putBackBy(estate, account?.data.metadata, id(of)),
      ],
      restarts.map(podRef),
    );
  },

  async read(attempt, of) {
    const now = await present(attempt, of);
    if (!now.ok) throw readError(now, id(of));
    if (now.account === null) return { record: { account: null, legacy: [...now.legacy] } };
    const captured = await freshToken(attempt, of.namespace, of.serviceAccount);
    const record = { account: asRecord(now.account), legacy: [...now.legacy] };
    return captured.ok ? { record, sealed: captured.value } : { record };
  },
  preview: (of, was) => writes(of, was).map(changeOf),

  async apply(attempt, of, was): Promise<Outcome> {
    // No account, no valid token: the uid that they are bound to is gone.
    if (was.account === null) return { outcome: 'done' };
    const now = await present(attempt, of);
    if (!now.ok) return refusedBy(now);
    let begun = false;
    for (const write of writes(of, was)) {
      if (!isStillDue(write, now, was.account)) continue;
      const outcome = await send(attempt, write);
      const exists = write.verb === 'create' && outcome.outcome === 'refused' && outcome.code === 'FB-K8S-CONFLICT';
      if (outcome.outcome !== 'done' && !exists) return begun ? brokenOff(outcome) : outcome;
      begun = true;
    }
    const settled = await settleContent(attempt, of, was);
    return begun ? brokenOff(settled) : settled;
  },

  inEffect(now, _, was) {
    if (was.account === null) return true;
    return (
      now.account !== null &&
      isRenewed(now.account, was.account) &&
      sameAccount(now.account, was.account, tokenNames(was)) &&
      !was.legacy.some(({ uid }) => now.legacy.some((token) => token.uid === uid))
    );
  },

  isHalfway(now, _, was) {
    if (was.account === null) return false;
    if (now.account === null || uidOf(now.account) !== uidOf(was.account)) return true;
    return sameAccount(now.account, was.account, tokenNames(was));
  },

  probe: async (attempt, of, { record, sealed }) =>
    record.account === null
      ? []
      : await probeTokens(attempt, { namespace: of.namespace, name: of.serviceAccount }, sealed),

  reversal: {
    kind: 'restore',
    async restore(attempt, of, was): Promise<Outcome> {
      if (was.account === null) return { outcome: 'done' };
      const now = await present(attempt, of);
      if (!now.ok) return refusedBy(now);
      if (now.account === null) {
        const created = await send(attempt, createAccount(of, was.account));
        if (created.outcome !== 'done') return created;
      }
      const missing = was.legacy.filter(({ name }) => !now.legacy.some((token) => token.name === name));
      const outcome = await sendAll(
        attempt,
        missing.map((token) => createSecret(of, token)),
      );
      if (outcome.outcome !== 'done') {
        return outcome.outcome === 'refused' && outcome.code === 'FB-K8S-CONFLICT'
          ? refused('FB-UNDO-CHANGED', 'A secret of the same name was created since.')
          : outcome;
      }
      const account = await look(attempt, accountRef(of));
      if (!account.ok) return refusedBy(account);
      if (account.object === null) return refused('FB-K8S-GONE', `${id(of)} was deleted meanwhile.`);
      if (listsAgain(account.object, was.account)) return { outcome: 'done' };
      return await send(attempt, patchAccount(of, listAgain(account.object, was.account)));
    },
    restored(now, _, was) {
      if (was.account === null) return true;
      const back = was.legacy.every(({ name }) => now.legacy.some((token) => token.name === name));
      return back && now.account !== null && !isTerminating(now.account) && listsAgain(now.account, was.account);
    },
  },
});

type Present = { ok: true; account: ApiObject | null; legacy: readonly LegacyToken[] };

async function present(attempt: KubernetesAttempt, of: Params): Promise<Present | Failed> {
  const account = await look(attempt, accountRef(of));
  if (!account.ok) return account;
  const legacy = await legacyTokens(attempt, of.namespace, of.serviceAccount);
  return legacy.ok ? { ok: true, account: account.object, legacy: legacy.value } : legacy;
}

function tokenNames(was: Before): readonly string[] {
  return was.legacy.map(({ name }) => name);
}

/** Secrets first: their tokens are the ones that never expire. */
function writes(of: Params, was: Before): readonly Write[] {
  if (was.account === null) return [];
  return [
    ...was.legacy.map(({ name, uid }): Write => {
      const object = kubernetesId('Secret', of.namespace, name);
      return { object, ref: refTo('Secret', of.namespace, name), verb: 'delete', uid };
    }),
    { object: id(of), ref: accountRef(of), verb: 'delete', uid: uidOf(was.account) },
    createAccount(of, was.account),
  ];
}

/** What an earlier attempt has already done is not sent again. */
function isStillDue(write: Write, now: Present, before: ApiObject): boolean {
  if (write.verb === 'create') return now.account === null || uidOf(now.account) === uidOf(before);
  const uids = [now.account === null ? undefined : uidOf(now.account), ...now.legacy.map(({ uid }) => uid)];
  return write.verb === 'delete' && uids.includes(write.uid);
}

/**
 * Somebody else may have created the account between our delete and our create: the account controller does so for every
 * `default`. Their account serves as well once it says what the old one said.
 */
async function settleContent(attempt: KubernetesAttempt, of: Params, was: Before): Promise<Outcome> {
  const now = await look(attempt, accountRef(of));
  if (!now.ok) return refusedBy(now);
  if (was.account === null || now.object === null || !isRenewed(now.object, was.account)) {
    return refused('FB-K8S-CONFLICT', 'The account is not gone yet, or was deleted again.', true);
  }
  if (sameAccount(now.object, was.account, tokenNames(was))) return { outcome: 'done' };
  return await send(attempt, patchAccount(of, toAccount(now.object, was.account)));
}

function createAccount(of: Params, account: ApiObject): Write {
  return { object: id(of), ref: accountRef(of), verb: 'create', body: stripServerOwned(account) };
}

function createSecret(of: Params, token: LegacyToken): Write {
  const object = kubernetesId('Secret', of.namespace, token.name);
  return { object, ref: refTo('Secret', of.namespace, token.name), verb: 'create', body: emptyTokenSecret(token) };
}

function patchAccount(of: Params, patch: ReturnType<typeof toAccount>): Write {
  return { object: id(of), ref: accountRef(of), verb: 'patch', patch };
}

function isRenewed(now: ApiObject, before: ApiObject): boolean {
  return !isTerminating(now) && uidOf(now) !== uidOf(before);
}
