/**
 * The actions against a real API server, with the same cases as against the twin, and with what only a real one can show:
 * real tokens that get 401 and 403.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../api.ts';
import kubernetes from '../index.ts';
import { isAllowed } from './access/trial.ts';
import { observe } from './cases/observed.case.ts';
import { conflicts, interruptions, roundTrips, type World } from './cases/suite.case.ts';
import { actionCases, refOfObject, worldObjects } from './cases/world.case.ts';
import { waitFor } from './exchange/patience.ts';
import { actions } from './index.ts';
import invalidateTokens from './invalidate-tokens.ts';
import { refTo, reviews } from './objects/built-in.ts';
import stripSubject from './strip-subject.ts';

const signal = new AbortController().signal;
const namespace = `firebreak-actions-${randomBytes(3).toString('hex')}`;
const cases = actionCases(namespace, 'node-2');
const objects: readonly ApiObject[] = worldObjects(namespace);
const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
if (kubeconfig === '') throw new Error('FIREBREAK_KUBECONFIG names no kubeconfig: start peers/kubernetes');
const api: KubernetesApi = await kubernetes.connect(kubernetes.parse(kubeconfig), signal);
const attempt = (session = api) => ({ session, signal, key: 'test' });
const grants: ApiObject[] = [];
const patience = { atMost: 60_000, every: 250 };

beforeAll(async () => {
  for (const object of objects) {
    // The controllers make the namespace's default account and fill the token secret in their own time.
    const made = await waitFor(
      () => api.create({ ...refOfObject(object), name: undefined }, object, signal),
      (result) => result.ok || result.failure === 'conflict',
      patience,
      signal,
    );
    if (!made.last.ok && made.last.failure !== 'conflict') throw new Error(`${object.kind}: ${made.last.reason}`);
    // What a controller would report, written in its place.
    if (object.status !== undefined) {
      const ref = { ...refOfObject(object), subresource: 'status' };
      const told = await api.patch(ref, 'merge', { status: object.status }, signal);
      if (!told.ok) throw new Error(`${object.kind}: ${told.reason}`);
    }
  }
  for (const [kind, name, path] of [
    ['Pod', 'bare', ['status', 'podIP']],
    ['Secret', 'predictor-token', ['data', 'token']],
    ['ServiceAccount', 'default', ['metadata', 'uid']],
  ] as const) {
    const ready = async () => await api.get(refTo(kind, namespace, name), signal);
    await waitFor(ready, (result) => result.ok && at(result.value, ...path) !== undefined, patience, signal);
  }
});

afterAll(async () => {
  for (const object of [...grants, ...objects.filter(({ metadata }) => metadata?.namespace === undefined)]) {
    await api.delete(refOfObject(object), {}, signal);
  }
  await api.close();
});

const world = async (): Promise<World> => ({ api, objects });
roundTrips(cases, world);
interruptions(
  cases.filter(({ action }) => action === 'kubernetes.invalidate-tokens' || action === 'kubernetes.strip-subject'),
  world,
);

describe('tokens', () => {
  const account = { namespace, serviceAccount: 'predictor' };
  const secrets: ResourceRef = refTo('Secret', namespace, 'plain');
  const statusWith = async (token: string, ref = secrets) => {
    const result = await api.withToken(token).get(ref, signal);
    return result.ok ? 200 : result.status;
  };
  const boundToken = async (name = 'predictor') => {
    const ref = { ...refTo('ServiceAccount', namespace, name), subresource: 'token' };
    const made = await api.create(ref, { spec: { expirationSeconds: 600 } }, signal);
    return made.ok ? (textAt(made.value, 'status', 'token') ?? '') : '';
  };
  const legacyToken = async () => {
    const found = await waitFor(
      () => api.get(refTo('Secret', namespace, 'predictor-token'), signal),
      (result) => result.ok && at(result.value, 'data', 'token') !== undefined,
      patience,
      signal,
    );
    const encoded = found.last.ok ? textAt(found.last.value, 'data', 'token') : undefined;
    return Buffer.from(encoded ?? '', 'base64').toString();
  };

  test('both kinds work before and get 401 after, although the server had remembered them', async () => {
    const tokens = [await boundToken(), await legacyToken()];
    const before = await invalidateTokens.read(attempt(), account);
    expect(JSON.stringify(before.record)).not.toContain(tokens[1]);
    // The captured token too, so that the probe has the server's memory against it.
    for (const token of [...tokens, before.sealed ?? '']) expect(await statusWith(token)).toBe(200);

    expect(await invalidateTokens.apply(attempt(), account, before.record)).toEqual({ outcome: 'done' });
    const results = await invalidateTokens.probe(attempt(), account, before);
    expect(results.map(({ result }) => result)).toEqual(['holds', 'holds', 'holds']);
    for (const token of tokens) {
      const seen = await waitFor(
        () => statusWith(token),
        (status) => status === 401,
        patience,
        signal,
      );
      expect(seen.last).toBe(401);
    }
    expect(await statusWith(await boundToken())).toBe(200);

    if (invalidateTokens.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await invalidateTokens.reversal.restore(attempt(), account, before.record)).toEqual({ outcome: 'done' });
    const renewed = await legacyToken();
    expect(renewed).not.toBe(tokens[1]);
    expect(await statusWith(renewed)).toBe(200);
    for (const token of tokens) expect(await statusWith(token)).toBe(401);
  });

  test('a stripped account gets 403 where it got 200, and 200 again after undo', async () => {
    const params = stripSubject.params.parse({
      bindingKind: 'RoleBinding',
      namespace,
      binding: 'readers',
      subject: { kind: 'ServiceAccount', name: 'trainer', namespace },
    });
    const token = await boundToken('trainer');
    expect(await statusWith(token)).toBe(200);
    const before = await stripSubject.read(attempt(), params);
    expect(await stripSubject.apply(attempt(), params, before.record)).toEqual({ outcome: 'done' });
    const results = await stripSubject.probe(attempt(), params, before);
    expect(results.map(({ result }) => result)).toEqual(['holds', 'holds', 'holds']);
    expect(await statusWith(token)).toBe(403);
    if (stripSubject.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await stripSubject.reversal.restore(attempt(), params, before.record)).toEqual({ outcome: 'done' });
    const seen = await waitFor(
      () => statusWith(token),
      (status) => status === 200,
      patience,
      signal,
    );
    expect(seen.last).toBe(200);
  });

  test('a credential without the right is refused, and nothing changes', async () => {
    const powerless = api.withToken(await boundToken('trainer'));
    for (const { action, parsed } of cases.flatMap((each) => parse(each))) {
      const before = await action.read(attempt(), parsed);
      const seen = observe(api, undefined, powerless);
      const outcome = await action.apply(attempt(seen.api), parsed, before.record);
      expect(outcome, action.id).toMatchObject({ outcome: 'refused', code: 'FB-K8S-FORBIDDEN', retryable: false });
      expect(action.inEffect((await action.read(attempt(), parsed)).record, parsed, before.record)).toBe(false);
    }
  });
});

describe('with a credential that has what the action names, and nothing else', () => {
  const once = cases.filter(({ action }, index) => cases.findIndex((other) => other.action === action) === index);

  test.each(once)('$action does all of its work', async (each) => {
    const action = actions.find(({ id }) => id === each.action);
    if (action === undefined) throw new Error(`no action ${each.action}`);
    const params = action.params.parse(each.params);
    const session = await openWith(action.permissions, each.action);
    const before = await action.read(attempt(session), params);
    expect(await action.apply(attempt(session), params, before.record)).toEqual({ outcome: 'done' });
    const results = await action.probe(attempt(session), params, before);
    expect({ evidence: results, results: results.map(({ result }) => result) }).toMatchObject({ results: each.probes });
    if (action.reversal.kind === 'none') return;
    const { restore } = action.reversal;
    const undone = await waitFor(
      () => restore(attempt(session), params, before.record),
      (outcome) => outcome.outcome === 'done',
      patience,
      signal,
    );
    expect(undone.last).toEqual({ outcome: 'done' });
  });
});

conflicts(cases, world);

/** A session of a new account that is granted exactly these permissions. */
async function openWith(permissions: readonly string[], action: string): Promise<KubernetesApi> {
  const name = `${namespace}-${action.replace('kubernetes.', '')}`;
  const rules = permissions.map((permission) => {
    const [, verb = '', group = '', resource = ''] = /^(\S+) ([^/]+)\/(.+)$/.exec(permission) ?? [];
    return { verbs: [verb], apiGroups: [group === 'core' ? '' : group], resources: [resource] };
  });
  const rbac = 'rbac.authorization.k8s.io';
  const granted: readonly ApiObject[] = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    },
  ];
  for (const object of granted) {
    const made = await api.create({ ...refOfObject(object), name: undefined }, object, signal);
    if (!made.ok) throw new Error(made.reason);
  }
  grants.push(...granted);
  const ref = { ...refTo('ServiceAccount', 'default', name), subresource: 'token' };
  const made = await api.create(ref, { spec: { expirationSeconds: 600 } }, signal);
  if (!made.ok) throw new Error(made.reason);
  const session = api.withToken(textAt(made.value, 'status', 'token') ?? '');
  // The authorizer learns of the binding a little later than it is stored.
  const [, verb = '', group = '', resource = ''] = /^(\S+) ([^/]+)\/([^/]+)/.exec(permissions.at(-1) ?? '') ?? [];
  const wish = { verb, group: group === 'core' ? '' : group, resource };
  await waitFor(
    () => session.create(reviews.ownAccess, { spec: { resourceAttributes: wish } }, signal),
    (review) => review.ok && isAllowed(review.value),
    patience,
    signal,
  );
  return session;
}

/** The action of a case that changes something, with its parameters. */
function parse(each: (typeof cases)[number]) {
  const action = actions.find(({ id }) => id === each.action);
  return action === undefined || action.reversal.kind === 'none'
    ? []
    : [{ action, parsed: action.params.parse(each.params) }];
}
