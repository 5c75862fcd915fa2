/** Which images are known to be good, and what a workload is rebuilt from. */
import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { type RebuildWish, rebuildRows } from './rebuild.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const source = { connector: 'test', locator: 'test' };

function estate(image: string, tag?: string) {
  const workload = {
    kind: 'kubernetes.workload',
    id: 'kubernetes:Deployment/ml/serve',
    source,
    data: {
      metadata: { name: 'serve', namespace: 'ml', ownerReferences: [] },
      workloadKind: 'Deployment',
      template: { spec: { containers: [{ name: 'main', image }] } },
    },
  };
  const tagged = {
    kind: 'oci.tag',
    id: 'oci:Tag/r.example/serve:v1',
    source,
    data: { registry: 'r.example', repository: 'serve', tag: 'v1', digest: tag },
  };
  return estateOf((tag === undefined ? [workload] : [workload, tagged]) as never, []);
}
const row = (wish: Partial<RebuildWish> & Pick<RebuildWish, 'now'>) =>
  rebuildRows({ before: undefined, approved: [], bad: new Set(), ...wish })[0];

test('known to be good: it ran before the first event, or somebody approved its digest', () => {
  const now = estate(`r.example/serve@${digest('a')}`);
  expect(row({ now })).toMatchObject({ verdict: 'not-known-good', good: null });
  expect(row({ now, before: estate(`r.example/serve@${digest('a')}`) })?.verdict).toBe('known-good');
  expect(row({ now, before: estate('r.example/serve:v1', digest('a')) })?.verdict).toBe('known-good');
  const approved = [{ image: 'r.example/serve', digest: digest('a'), by: 'Grace' }];
  expect(row({ now, approved })).toMatchObject({ verdict: 'known-good', why: 'Approved by Grace.' });
});

test('another digest is rebuilt from what ran before, else from what is approved for the repository', () => {
  const now = estate(`r.example/serve@${digest('b')}`);
  const approved = [{ image: 'r.example/serve', digest: digest('c'), by: 'Grace' }];
  expect(row({ now, before: estate(`r.example/serve@${digest('a')}`), approved })).toMatchObject({
    verdict: 'not-known-good',
    good: { image: 'r.example/serve', digest: digest('a') },
  });
  expect(row({ now, approved })?.good).toMatchObject({ digest: digest('c'), from: 'approved by Grace' });
  expect(row({ now, approved: [{ image: 'r.example/other', digest: digest('c'), by: 'Grace' }] })?.good).toBeNull();
});

const serve = 'kubernetes:Deployment/ml/serve';
const metadata = (name: string, owner?: { kind: string; name: string }) => ({
  name,
  namespace: 'ml',
  ownerReferences: owner === undefined ? [] : [{ ...owner, apiVersion: 'apps/v1', controller: true }],
});
const spec = (image: string) => ({ containers: [{ name: 'main', image }] });
interface PodOf {
  readonly imageID?: string;
  readonly phase?: string;
  /** A pod that no workload keeps. */
  readonly alone?: boolean;
}

/** A deployment, its replica sets of now and before, and pods. */
function cluster(image: string, ...pods: readonly PodOf[]) {
  const workload = (workloadKind: string, name: string, named: string, owner?: { kind: string; name: string }) => ({
    kind: 'kubernetes.workload',
    id: `kubernetes:${workloadKind}/ml/${name}`,
    source,
    data: { metadata: metadata(name, owner), workloadKind, template: { spec: spec(named) } },
  });
  const own = { kind: 'Deployment', name: 'serve' };
  return estateOf(
    [
      workload('Deployment', 'serve', image),
      workload('ReplicaSet', 'serve-1', 'r.example/serve:old', own),
      workload('ReplicaSet', 'serve-2', image, own),
      ...pods.map(({ imageID = '', phase = 'Running', alone = false }, i) => ({
        kind: 'kubernetes.pod',
        id: `kubernetes:Pod/ml/pod-${i}`,
        source,
        data: {
          metadata: metadata(`pod-${i}`, alone ? undefined : { kind: 'ReplicaSet', name: 'serve-2' }),
          spec: spec(image),
          status: { phase, containerStatuses: [{ name: 'main', imageID }] },
        },
      })),
    ] as never,
    [],
  );
}
const ran = (letter: string): PodOf => ({ imageID: `r.example/serve@${digest(letter)}` });
const verdictOf = (wish: Partial<RebuildWish> & Pick<RebuildWish, 'now'>) => {
  const found = row(wish);
  return found === undefined ? undefined : [found.verdict, found.digest, found.good?.digest ?? null];
};

test('of a tag, the pods tell what runs: it is judged, and pinned all the same', () => {
  const approved = [{ image: 'r.example/serve', digest: digest('a'), by: 'Grace' }];
  const tag = 'r.example/serve:v1';
  expect(verdictOf({ now: cluster(tag, ran('a')), approved })).toEqual(['cannot-tell', digest('a'), digest('a')]);
  expect(verdictOf({ now: cluster(tag, ran('b')), approved })).toEqual(['not-known-good', digest('b'), digest('a')]);
  // What they ran before is what a collection of that time was told by them.
  const before = cluster(tag, ran('b'));
  expect(verdictOf({ now: cluster(tag, ran('b')), before })).toEqual(['cannot-tell', digest('b'), digest('b')]);
  expect(verdictOf({ now: cluster(tag, ran('c')), before })).toEqual(['not-known-good', digest('c'), digest('b')]);
  expect(verdictOf({ now: cluster(tag, ran('b')), before, bad: new Set([digest('b')]) })).toEqual([
    'not-known-good',
    digest('b'),
    null,
  ]);
});

test('pods that run different images, that do not tell, or that have ended', () => {
  const approved = [{ image: 'r.example/serve', digest: digest('a'), by: 'Grace' }];
  const tag = 'r.example/serve:v1';
  const of = (...pods: readonly PodOf[]) => row({ now: cluster(tag, ...pods), approved });
  expect(of(ran('a'), ran('b'))).toMatchObject({ verdict: 'not-known-good', digest: null });
  expect(of(ran('a'), ran('b'))?.why).toContain(`One of its pods runs ${digest('b')}.`);
  expect(of(ran('a'), {})?.why).toBe('Not every pod of it tells which image it runs.');
  expect(of(ran('a'), { ...ran('b'), phase: 'Failed' })?.digest).toBe(digest('a'));
  // The id of an image on a node is no digest of a registry.
  expect(of({ imageID: `docker://${digest('a')}` })).toMatchObject({ verdict: 'cannot-tell', digest: null });
  // A digest that the pod was asked to run is the node's order, whatever it says it is there.
  const pinned = cluster(`r.example/serve@${digest('a')}`, { imageID: `r.example/serve@${digest('d')}` });
  expect(row({ now: pinned, approved })).toMatchObject({ verdict: 'known-good', digest: digest('a') });
});

test('replica sets of a deployment are not workloads beside it; a pod that nothing keeps is one', () => {
  const now = cluster('r.example/serve:v1', ran('a'), { ...ran('b'), alone: true });
  const rows = rebuildRows({ now, before: undefined, approved: [], bad: new Set() });
  expect(rows.map(({ workload, digest: runs }) => [workload.id, runs])).toEqual([
    [serve, digest('a')],
    ['kubernetes:Pod/ml/pod-1', digest('b')],
  ]);
});

test('a workload that says it is owned, and a container that only its pods have, keep their rows', () => {
  const now = cluster('r.example/serve:v1', ran('a'));
  const forged = now.all('kubernetes.workload').map((fact) => {
    const owner = { kind: 'Deployment', name: 'serve', apiVersion: 'apps/v1', controller: true };
    return { ...fact, data: { ...fact.data, metadata: { ...fact.data.metadata, ownerReferences: [owner] } } };
  });
  const pods = now.all('kubernetes.pod').map((fact) => ({
    ...fact,
    data: {
      ...fact.data,
      spec: { containers: [...fact.data.spec.containers, { name: 'put-in', image: 'x.example/y:z' }] },
    },
  }));
  const rows = rebuildRows({
    now: estateOf([...forged, ...pods] as never, []),
    before: undefined,
    approved: [],
    bad: new Set(),
  });
  expect(rows.map(({ workload, container, digest: runs }) => [workload.id, container, runs])).toEqual([
    [serve, 'main', digest('a')],
    [serve, 'put-in', null],
  ]);
});

test('a workload is in question when its pod, or what makes its pods, is', () => {
  const now = cluster('r.example/serve:v1', ran('a'));
  const of = (id: string) => rebuildRows({ now, before: undefined, approved: [], bad: new Set(), only: new Set([id]) });
  for (const id of [serve, 'kubernetes:ReplicaSet/ml/serve-2', 'kubernetes:Pod/ml/pod-0'])
    expect(of(id).map(({ workload }) => workload.id)).toEqual([serve]);
  expect(of('kubernetes:Deployment/ml/other')).toEqual([]);
});

test('what runs and is good is pinned, and not what was there before it', () => {
  const approved = [{ image: 'r.example/serve', digest: digest('b'), by: 'Grace' }];
  const wish = {
    now: cluster('r.example/serve:v1', ran('b')),
    before: cluster('r.example/serve:v1', ran('a')),
    approved,
  };
  expect(verdictOf(wish)).toEqual(['cannot-tell', digest('b'), digest('b')]);
});

test('a tag is whoever may push it; what is suspect is not good because it ran before', () => {
  expect(
    row({ now: estate('r.example/serve:v1', digest('a')), before: estate('r.example/serve:v1', digest('a')) }),
  ).toMatchObject({
    verdict: 'cannot-tell',
    good: { digest: digest('a') },
  });
  const same = estate(`r.example/serve@${digest('a')}`);
  expect(row({ now: same, before: same, bad: new Set([digest('a')]) })).toMatchObject({
    verdict: 'not-known-good',
    good: null,
  });
});
