/**
 * Canaries with nothing wrong, and with a harm planted: how many are rolled back, how soon, at how much traffic. Beside the same judge at
 * Kayenta's fixed 98 % at every look, which is what "look every five minutes" comes to without a correction.
 *
 *     node bench/canary.ts [--runs 10000] [--peer 1000] [--planted 500] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { plannedLooks } from '../packages/platform/src/recovery/canary/course.ts';
import { type Planter, simulatedConfig } from '../scenarios/canary/simulate.ts';
import { tally } from '../scenarios/canary/tally.ts';
import { interval } from '../scenarios/intervals.ts';
import { printTable } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    peer: { type: 'string', default: '1000' },
    planted: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, peer, planted, seed] = [options.runs, options.peer, options.planted, options.seed].map(Number) as [
  number,
  number,
  number,
  number,
];

const ours = simulatedConfig();
const late = simulatedConfig({ spending: 'late' });
/** One-sided one percent for every metric at every look. */
const everyLook = { ...ours, falseRollback: 0.01 * ours.metrics.length * plannedLooks(ours) };

console.log(`${plannedLooks(ours)} looks at ${ours.metrics.length} metrics; a look is five minutes.\n`);
const alike = [
  ['ours, spent evenly', tally(ours, runs, { from: seed })],
  ['ours, spent late', tally(late, peer, { from: seed })],
  ['98 % at every look', tally(everyLook, peer, { from: seed })],
] as const;
printTable(
  ['nothing wrong', 'canaries', 'rolled back', '95 % interval'],
  alike.map(([name, { runs: of, rolledBack }]) => [name, String(of), String(rolledBack), interval(rolledBack, of)]),
);

const harms: readonly (readonly [Planter, readonly number[]])[] = [
  ['latency', [0.05, 0.1, 0.25]],
  ['tokens', [0.05, 0.1, 0.25]],
  ['conversions', [0.05, 0.1, 0.25]],
  ['errors', [0.25, 1, 4]],
  ['refusals', [0.25, 1, 4]],
  ['mismatches', [1, 4]],
];
console.log('');
printTable(
  ['planted', 'found evenly', 'minutes', 'at traffic', 'found late', 'minutes'],
  harms.flatMap(([metric, shifts]) =>
    shifts.map((shift) => {
      const about = { planted: { [metric]: shift }, from: 1_000_000 + seed };
      const [even, spentLate] = [tally(ours, planted, about), tally(late, Math.ceil(planted / 5), about)];
      const share = (of: typeof even) => `${((100 * of.rolledBack) / of.runs).toFixed(1)} %`;
      const sign = metric === 'conversions' ? '−' : '+';
      return [
        `${metric} ${sign}${100 * shift} %`,
        share(even),
        String(even.minutes ?? '–'),
        even.percent === null ? '–' : `${even.percent} %`,
        share(spentLate),
        String(spentLate.minutes ?? '–'),
      ];
    }),
  ),
);
if ((alike[0][1].rolledBack ?? 0) > 0.02 * runs) throw new Error('More than two in a hundred were rolled back.');
