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
      metadata: { name: 'serve', namespace: 'ml' },
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
