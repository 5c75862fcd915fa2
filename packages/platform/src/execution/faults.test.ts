/**
 * Executions with faults end as verified containment, exact rollback or a named residual. A fresh seed in every run, printed
 * when it fails, beside fixed ones; `npm run bench:faults` runs ten thousand.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { faultRun, script, storm } from './testing/fault-run.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
afterAll(async () => {
  await place.close();
  await server.stop();
});

const fresh = Math.floor(Math.random() * 2 ** 31);
test.each([1, 2, fresh])(
  'a hundred executions with faults, seed %i',
  async (seed) => {
    const scripts = fc.sample(script, { numRuns: 100, seed });
    const [weather] = fc.sample(storm, { numRuns: 1, seed });
    if (weather === undefined) throw new Error('there is always weather');
    const endings = await faultRun(place, scripts, weather);
    expect(endings.contained + endings.rolledBack + endings.residual).toBe(100);
    expect(Math.min(endings.contained, endings.rolledBack, endings.residual)).toBeGreaterThan(0);
  },
  120_000,
);
