/** The statistics of the judge beside SciPy's, on thousands of samples: exact and asymptotic, with ties and without, small and large. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { seeded } from '../../bench/random.ts';
import { signTail } from '../../packages/platform/src/detection/poisoning/tail.ts';
import { upperQuantile, upperTail } from '../../packages/platform/src/recovery/canary/normal.ts';
import { blockOf, rankSum } from '../../packages/platform/src/recovery/canary/rank-sum.ts';
import { shareInterval, shareTest } from '../../packages/platform/src/recovery/canary/share-test.ts';
import { shiftTest } from '../../packages/platform/src/recovery/canary/shift-test.ts';

const python = process.env.FIREBREAK_SCIPY_PYTHON ?? '';

async function scipy<T>(cases: readonly object[]): Promise<readonly T[]> {
  const child = spawn(python, [new URL('second-opinion.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const told = text(child.stdout);
  child.stdin.end(cases.map((each) => JSON.stringify(each)).join('\n'));
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return (await told)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

const random = seeded(20261122);
const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));

/** Greatest relative difference of p that is still the same: sums in another order, and SciPy's own special functions. */
const same = 1e-9;
function expectSame(ours: number, theirs: number, about: string): void {
  const difference = Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-300);
  if (difference > same && Math.abs(ours - theirs) > 1e-15) throw new Error(`${about}: ${ours}, SciPy says ${theirs}`);
}

interface Ranks {
  readonly u: number;
  readonly 'two-sided': number;
  readonly greater: number | null;
  readonly less: number;
}

test.each([
  { name: 'exact, without ties', method: 'exact', runs: 1500, sizes: [1, 30], digits: 12 },
  { name: 'asymptotic, without ties', method: 'asymptotic', runs: 1000, sizes: [50, 400], digits: 12 },
  { name: 'asymptotic, with many ties', method: 'asymptotic', runs: 1500, sizes: [2, 300], digits: 1 },
])('Mann–Whitney, $name: $runs samples', async ({ method, runs, sizes: [least = 1, most = 1], digits }) => {
  const cases = Array.from({ length: runs }, () => {
    const shift = (random() - 0.5) * 1.5;
    const sample = (count: number, by: number) =>
      Array.from({ length: count }, () => Number((random() + random() + random() + by).toFixed(digits)));
    return {
      kind: 'ranks',
      method,
      canary: sample(whole(least, most), shift),
      baseline: sample(whole(least, most), 0),
    };
  });
  const theirs = await scipy<Ranks>(cases);
  cases.forEach(({ canary, baseline }, at) => {
    const block = blockOf(baseline, canary);
    const ours = shiftTest([block], method === 'exact' ? 'auto' : 'asymptotic');
    const their = theirs[at] as Ranks;
    expect(rankSum(block).u).toBe(their.u);
    expect(ours.exact).toBe(method === 'exact');
    const about = `${canary.length} beside ${baseline.length}`;
    // SciPy answers NaN where all values are the same; we say that nothing can be told from them.
    if (their.greater === null) {
      expect(ours.greater).toBe(1);
      return;
    }
    expectSame(ours.greater, Math.min(1, their.greater), about);
    expectSame(ours.smaller, Math.min(1, their.less), about);
    expectSame(ours.either, Math.min(1, their['two-sided']), about);
  });
});

test('shares: one block is Fisher’s exact test, and Wilson’s interval', async () => {
  const cases = Array.from({ length: 1500 }, () => {
    const share = random() ** 3;
    const side = (more: number) => {
      const total = whole(1, 400);
      return [Array.from({ length: total }, random).filter((each) => each < share + more).length, total];
    };
    return { kind: 'share', canary: side(random() * 0.1), baseline: side(0) };
  });
  const theirs = await scipy<{ greater: number; less: number; wilson: [number, number] }>(cases);
  cases.forEach(({ canary, baseline }, at) => {
    const side = ([hits = 0, total = 0]: readonly number[]) => ({ hits, total });
    const ours = shareTest([{ canary: side(canary), baseline: side(baseline) }]);
    const their = theirs[at] as (typeof theirs)[number];
    expectSame(ours.greater, Math.min(1, their.greater), `${canary} beside ${baseline}`);
    expectSame(ours.fewer, Math.min(1, their.less), `${canary} beside ${baseline}`);
    const interval = shareInterval(side(canary), 0.98);
    expect(interval?.from).toBeCloseTo(their.wilson[0], 9);
    expect(interval?.to).toBeCloseTo(their.wilson[1], 9);
  });
});

test('pairs are a binomial test, and the normal distribution is one', async () => {
  const signs = Array.from({ length: 500 }, () => {
    const differ = whole(1, 300);
    return { kind: 'sign', differ, worse: whole(0, differ) };
  });
  const told = await scipy<{ p: number }>(signs);
  signs.forEach(({ worse, differ }, at) => {
    expectSame(signTail(worse, differ), Math.min(1, told[at]?.p ?? 0), `${worse} of ${differ}`);
  });
  const places = Array.from({ length: 500 }, () => ({
    kind: 'normal',
    z: (random() - 0.5) * 20,
    p: 10 ** (-8 * random()) * 0.9,
  }));
  const normal = await scipy<{ tail: number; quantile: number }>(places);
  places.forEach(({ z, p }, at) => {
    expectSame(upperTail(z), normal[at]?.tail ?? 0, `z ${z}`);
    expect(upperQuantile(p)).toBeCloseTo(normal[at]?.quantile ?? 0, 9);
  });
});
