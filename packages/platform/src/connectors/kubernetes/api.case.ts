/**
 * What actions and collectors rely on, asked of any `KubernetesApi`: the same cases run on the twin and on a real API
 * server, so the twin cannot drift from what it stands for. The case makes everything in a namespace of its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, textAt } from '../../intake/foreign.ts';
import type { ApiObject, ApiResult, KubernetesApi, ResourceRef } from './api.ts';

const signal = new AbortController().signal;
/** Controllers of a real cluster take their time; a condition that never holds is a failure after this. */
const patienceMs = 60_000;

export function apiCases(name: string, open: () => Promise<KubernetesApi>, namespace: string): void {
  const core = (plural: string, object?: string, subresource?: string): ResourceRef => ({
    group: '',
    version: 'v1',
    plural,
    namespace,
    name: object,
    subresource,
  });
  const of = (group: string, plural: string, object?: string, subresource?: string): ResourceRef => ({
    ...core(plural, object, subresource),
    group,
  });
  const spaces = (object?: string): ResourceRef => ({ group: '', version: 'v1', plural: 'namespaces', name: object });
  const rbac = 'rbac.authorization.k8s.io';

  describe(`the Kubernetes API: ${name}`, () => {
    let api: KubernetesApi;
    const make = (ref: ResourceRef, body: unknown) => expectValue(api.create(ref, body as ApiObject, signal));
    const account = (object: string) => make(core('serviceaccounts'), { metadata: { name: object } });
    async function token(object: string, spec: object = {}): Promise<string> {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      return textAt(await make(core('serviceaccounts', object, 'token'), body), 'status', 'token') ?? '';
    }
    async function all(ref: ResourceRef, labelSelector?: string): Promise<ApiObject[]> {
      const items: ApiObject[] = [];
      for await (const page of api.list(ref, { pageSize: 2, ...(labelSelector ? { labelSelector } : {}) }, signal)) {
        if (!page.ok) throw new Error(page.reason);
        items.push(...page.value.items);
      }
      return items;
    }

    beforeAll(async () => {
      api = await open();
      await make(spaces(), { metadata: { name: namespace } });
      await eventually(() => api.get(core('serviceaccounts', 'default'), signal).then((found) => found.ok));
    });
    afterAll(async () => {
      await api.delete(spaces(namespace), {}, signal);
      // What comes after may look at the whole cluster, and should not see it go.
      await eventually(() => api.get(spaces(namespace), signal).then((found) => !found.ok));
      await api.close();
    });

    test('discovery names the kinds and what they are called in paths', async () => {
      const found = await api.discover(signal);
      const resources = found.ok ? found.value.resources : [];
      expect(resources).toContainEqual(
        expect.objectContaining({ group: 'apps', plural: 'deployments', kind: 'Deployment', namespaced: true }),
      );
      expect(resources).toContainEqual(
        expect.objectContaining({ group: rbac, kind: 'ClusterRole', namespaced: false }),
      );
    });

    test('create, get, and what stands in their way', async () => {
      const made = await make(core('configmaps'), { metadata: { name: 'made' }, data: { a: '1' } });
      expect(made).toMatchObject({ kind: 'ConfigMap', metadata: { namespace, name: 'made' } });
      for (const field of ['uid', 'resourceVersion', 'creationTimestamp'])
        expect(textAt(made, 'metadata', field)).toBeDefined();
      const outcomes = await Promise.all(
        [
          api.create(core('configmaps'), { metadata: { name: 'made' } }, signal),
          api.create(core('configmaps'), { metadata: { name: 'Not/A%Name' } }, signal),
          api.create(core('configmaps'), {}, signal),
          api.create({ ...core('configmaps'), namespace: 'no-such-namespace' }, { metadata: { name: 'x' } }, signal),
          api.get(core('configmaps', 'nothing'), signal),
          api.get(of('example.com', 'nothings', 'x'), signal),
        ].map(short),
      );
      expect(outcomes).toEqual([
        'conflict 409',
        'invalid 422',
        'invalid 422',
        'not-found 404',
        'not-found 404',
        'not-found 404',
      ]);
      const generated = await make(core('configmaps'), { metadata: { generateName: 'made-' } });
      expect(textAt(generated, 'metadata', 'name')).toMatch(/^made-[a-z0-9]{5}$/);
    });

    test('merge patches: null removes, preconditions hold, nothing changed makes no revision', async () => {
      const ref = core('configmaps', 'patched');
      const made = await make(core('configmaps'), { metadata: { name: 'patched' }, data: { a: '1', b: '1' } });
      const resourceVersion = textAt(made, 'metadata', 'resourceVersion');
      const patch = (body: unknown) => api.patch(ref, 'merge', body, signal);
      const changed = await expectValue(patch({ metadata: { resourceVersion }, data: { a: null, b: '2' } }));
      expect(changed.data).toEqual({ b: '2' });
      expect(await short(patch({ metadata: { resourceVersion }, data: { b: '3' } }))).toBe('conflict 409');
      expect(await short(patch({ metadata: { uid: 'other' }, data: { b: '3' } }))).toBe('invalid 422');
      const same = await expectValue(patch({ data: { b: '2' } }));
      expect(textAt(same, 'metadata', 'resourceVersion')).toBe(textAt(changed, 'metadata', 'resourceVersion'));
    });

    test('JSON patches apply whole or not at all', async () => {
      const ref = core('configmaps', 'tested');
      await make(core('configmaps'), { metadata: { name: 'tested' }, data: { a: '1' } });
      const patch = (value: string) =>
        api.patch(
          ref,
          'json',
          [
            { op: 'test', path: '/data/a', value },
            { op: 'add', path: '/data/b', value: '2' },
          ],
          signal,
        );
      expect(await short(patch('wrong'))).toBe('invalid 422');
      expect((await expectValue(api.get(ref, signal))).data).toEqual({ a: '1' });
      expect((await expectValue(patch('1'))).data).toEqual({ a: '1', b: '2' });
    });

    test('replace needs the present revision', async () => {
      const made = await make(core('configmaps'), { metadata: { name: 'replaced' }, data: { a: '1' } });
      const next = await expectValue(
        api.replace(core('configmaps', 'replaced'), { ...made, data: { b: '2' } }, signal),
      );
      expect(next.data).toEqual({ b: '2' });
      for (const metadata of [made.metadata ?? {}, { ...next.metadata, uid: 'other' }])
        expect(await short(api.replace(core('configmaps', 'replaced'), { ...made, metadata, data: {} }, signal))).toBe(
          'conflict 409',
        );
    });

    test('deletes keep preconditions, and finalizers hold an object', async () => {
      const ref = core('configmaps', 'held');
      const made = await make(core('configmaps'), { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      expect(await short(api.delete(ref, { uid: 'other' }, signal))).toBe('conflict 409');
      expect(await short(api.delete(ref, { resourceVersion: '1' }, signal))).toBe('conflict 409');
      await expectValue(api.delete(ref, { uid: textAt(made, 'metadata', 'uid') ?? '' }, signal));
      expect(textAt(await expectValue(api.get(ref, signal)), 'metadata', 'deletionTimestamp')).toBeDefined();
      await expectValue(api.patch(ref, 'merge', { metadata: { finalizers: null } }, signal));
      await eventually(async () => (await short(api.get(ref, signal))) === 'not-found 404');
    });

    test('a binding’s role is immutable, its subjects are not', async () => {
      const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'view' };
      const ref = of(rbac, 'rolebindings', 'fixed');
      await make(of(rbac, 'rolebindings'), { metadata: { name: 'fixed' }, roleRef, subjects: [] });
      expect(await short(api.patch(ref, 'merge', { roleRef: { name: 'edit' } }, signal))).toBe('invalid 422');
      const subjects = [{ kind: 'User', name: 'u' }];
      const patched = await expectValue(api.patch(ref, 'merge', { subjects }, signal));
      expect(at(patched, 'subjects')).toEqual([{ kind: 'User', name: 'u', apiGroup: rbac }]);
    });

    test('lists come in pages and by label', async () => {
      for (const [object, tier] of [
        ['l1', 'x'],
        ['l2', 'y'],
        ['l3', 'x'],
        ['l4', 'x'],
        ['l5', 'z'],
      ])
        await make(core('configmaps'), { metadata: { name: object, labels: { tier } } });
      const names = async (selector: string) =>
        (await all(core('configmaps'), selector)).map((object) => object.metadata?.name).sort();
      expect(await names('tier')).toEqual(['l1', 'l2', 'l3', 'l4', 'l5']);
      expect(await names('tier=x')).toEqual(['l1', 'l3', 'l4']);
      expect(await names('tier notin (x), tier!=z, tier')).toEqual(['l2']);
    });

    test('secrets as a table show their type and no value', async () => {
      await make(core('secrets'), {
        metadata: { name: 'hidden' },
        type: 'example.com/kind',
        stringData: { p: 'hunter2' },
      });
      const pages = [];
      for await (const page of api.list(core('secrets'), { form: 'table' }, signal)) pages.push(page);
      const said = JSON.stringify(pages);
      expect(said).toContain('example.com/kind');
      expect(said).not.toContain(btoa('hunter2'));
      expect(said).not.toContain('hunter2');
    });

    test('a watch shows what happened since a revision', async () => {
      const made = await make(core('configmaps'), { metadata: { name: 'watched' } });
      await expectValue(api.patch(core('configmaps', 'watched'), 'merge', { data: { a: '1' } }, signal));
      const ended = new AbortController();
      const seen: string[] = [];
      const from = textAt(made, 'metadata', 'resourceVersion') ?? '';
      try {
        for await (const event of api.watch(core('configmaps'), from, ended.signal)) {
          if (!event.ok || textAt(event.value.object, 'metadata', 'name') !== 'watched') continue;
          seen.push(event.value.type);
          if (seen.length === 1) await expectValue(api.delete(core('configmaps', 'watched'), {}, signal));
          if (seen.length === 2) ended.abort();
        }
      } catch (error) {
        if (!ended.signal.aborted) throw error;
      }
      expect(seen).toEqual(['MODIFIED', 'DELETED']);
    });

    test('a token dies when its account is made anew', async () => {
      await account('renewed');
      const text = await token('renewed');
      const review = () =>
        expectValue(
          api.create(
            { group: 'authentication.k8s.io', version: 'v1', plural: 'tokenreviews' },
            { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: text } },
            signal,
          ),
        );
      const user = `system:serviceaccount:${namespace}:renewed`;
      expect(at(await review(), 'status')).toMatchObject({ authenticated: true, user: { username: user } });
      expect(await short(api.withToken(text).get(core('configmaps', 'x'), signal))).toBe('forbidden 403');
      await expectValue(api.delete(core('serviceaccounts', 'renewed'), {}, signal));
      await account('renewed');
      await eventually(async () => at(await review(), 'status', 'authenticated') !== true);
      expect(await short(api.withToken(text).get(core('configmaps', 'x'), signal))).toBe('unauthorized 401');
    });

    test('a token bound to a pod dies with the pod, and is refused for a pod of another account', async () => {
      await account('bound');
      const pod = (serviceAccountName: string) => ({ serviceAccountName, containers: [{ name: 'c', image: 'x' }] });
      await make(core('pods'), { metadata: { name: 'holder' }, spec: pod('bound') });
      const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'holder' };
      const text = await token('bound', { boundObjectRef });
      const ask = () => short(api.withToken(text).get(core('configmaps', 'x'), signal));
      expect(await ask()).toBe('forbidden 403');
      const other = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef } };
      expect(await short(api.create(core('serviceaccounts', 'default', 'token'), other as ApiObject, signal))).toMatch(
        /^invalid 4/,
      );
      await expectValue(api.delete(core('pods', 'holder'), { gracePeriodSeconds: 0 }, signal));
      await eventually(async () => (await ask()) === 'unauthorized 401');
    });

    test('a legacy token secret is filled, and goes with its account', async () => {
      await account('legacy');
      const annotations = { 'kubernetes.io/service-account.name': 'legacy' };
      await make(core('secrets'), {
        metadata: { name: 'legacy-token', annotations },
        type: 'kubernetes.io/service-account-token',
      });
      const read = () => api.get(core('secrets', 'legacy-token'), signal);
      await eventually(async () => textAt(await expectValue(read()), 'data', 'token') !== undefined);
      const text = atob(textAt(await expectValue(read()), 'data', 'token') ?? '');
      expect(await short(api.withToken(text).get(core('configmaps', 'x'), signal))).toBe('forbidden 403');
      await expectValue(api.delete(core('serviceaccounts', 'legacy'), {}, signal));
      await eventually(async () => (await short(read())) === 'not-found 404');
      await eventually(
        async () => (await short(api.withToken(text).get(core('configmaps', 'x'), signal))) === 'unauthorized 401',
      );
    });

    test('access reviews and calls agree about a right, before and after it is taken', async () => {
      await account('reader');
      const robot = api.withToken(await token('reader'));
      const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
      await make(of(rbac, 'roles'), { metadata: { name: 'lister' }, rules });
      await make(of(rbac, 'rolebindings'), {
        metadata: { name: 'lister' },
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'lister' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      });
      const lists = async () => {
        for await (const page of robot.list(core('configmaps'), {}, signal)) return page.ok;
        return false;
      };
      const resourceAttributes = { namespace, verb: 'list', resource: 'configmaps', group: '' };
      const review = async (who: KubernetesApi, plural: string, spec: object) =>
        at(
          await expectValue(
            who.create(
              { group: 'authorization.k8s.io', version: 'v1', plural },
              { apiVersion: 'authorization.k8s.io/v1', spec } as ApiObject,
              signal,
            ),
          ),
          'status',
          'allowed',
        );
      const user = `system:serviceaccount:${namespace}:reader`;
      const answers = async () => [
        await lists(),
        await review(robot, 'selfsubjectaccessreviews', { resourceAttributes }),
        await review(api, 'subjectaccessreviews', { resourceAttributes, user, groups: [] }),
      ];
      await eventually(async () => (await answers()).every((answer) => answer === true));
      await expectValue(api.patch(of(rbac, 'rolebindings', 'lister'), 'merge', { subjects: [] }, signal));
      await eventually(async () => (await answers()).every((answer) => answer !== true));
    });

    test('a deployment follows its scale, and its pods come back until it is zero', async () => {
      const labels = { app: 'serve' };
      await make(of('apps', 'deployments'), {
        metadata: { name: 'serve' },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
        },
      });
      const pods = async () =>
        (await all(core('pods'), 'app=serve')).filter(
          (pod) => textAt(pod, 'metadata', 'deletionTimestamp') === undefined,
        );
      await eventually(async () => (await pods()).length === 2);
      const victim = (await pods())[0];
      const uid = textAt(victim, 'metadata', 'uid');
      await expectValue(
        api.delete(core('pods', textAt(victim, 'metadata', 'name')), { gracePeriodSeconds: 0 }, signal),
      );
      await eventually(async () => {
        const now = await pods();
        return now.length === 2 && now.every((pod) => textAt(pod, 'metadata', 'uid') !== uid);
      });
      const scale = of('apps', 'deployments', 'serve', 'scale');
      expect(at(await expectValue(api.get(scale, signal)), 'spec', 'replicas')).toBe(2);
      await expectValue(api.patch(scale, 'merge', { spec: { replicas: 0 } }, signal));
      await eventually(async () => (await pods()).length === 0);
      await expectValue(api.delete(of('apps', 'deployments', 'serve'), { propagation: 'Background' }, signal));
      await eventually(async () => (await all(of('apps', 'replicasets'))).length === 0);
    });

    test('a pod cannot be made for an account that does not exist, and gets a token when it does', async () => {
      const containers = [{ name: 'c', image: 'x' }];
      const orphan = { metadata: { name: 'orphan' }, spec: { serviceAccountName: 'nobody', containers } };
      expect(await short(api.create(core('pods'), orphan as ApiObject, signal))).toBe('forbidden 403');
      const pod = await make(core('pods'), { metadata: { name: 'ordinary' }, spec: { containers } });
      expect(at(pod, 'spec', 'serviceAccountName')).toBe('default');
      expect(JSON.stringify(at(pod, 'spec', 'volumes'))).toContain('"serviceAccountToken"');
      const locked = { automountServiceAccountToken: false, containers };
      const without = await make(core('pods'), { metadata: { name: 'locked' }, spec: locked });
      expect(JSON.stringify(at(without, 'spec', 'volumes') ?? [])).not.toContain('"serviceAccountToken"');
    });

    test('a network policy gets its types by its rules', async () => {
      const policies = of('networking.k8s.io', 'networkpolicies');
      const made = async (object: string, spec: object) =>
        at(
          await make(policies, { metadata: { name: object }, spec: { podSelector: {}, ...spec } }),
          'spec',
          'policyTypes',
        );
      expect(await made('in', {})).toEqual(['Ingress']);
      expect(await made('both', { egress: [{}] })).toEqual(['Ingress', 'Egress']);
    });
  });
}

async function expectValue(result: Promise<ApiResult<ApiObject>>): Promise<ApiObject> {
  const answer = await result;
  if (!answer.ok) throw new Error(`${answer.failure} ${answer.status}: ${answer.reason}`);
  return answer.value;
}

async function short(result: Promise<ApiResult<unknown>>): Promise<string> {
  const answer = await result;
  return answer.ok ? 'ok' : `${answer.failure} ${answer.status}`;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error('the condition did not come to hold');
    await delay(100);
  }
}
