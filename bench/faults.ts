/**
 * Ten thousand executions with faults: workers killed, calls that hang, 429 and 500, answers lost, others who write at the same
 * time, a full disk, clocks that jump. Each must end as verified containment, exact rollback or a named residual.
 *
 *     npm run bench:faults [executions] [seed]
 */
import fc from 'fast-check';
import { type Endings, faultRun, script, storm } from '../packages/platform/src/execution/testing/fault-run.case.ts';
import { openWorkplace } from '../packages/platform/src/execution/testing/workplace.case.ts';
import { testServer } from '../packages/platform/src/storage/test-database.ts';

const total = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const atOnce = 250;

const server = await testServer();
const place = await openWorkplace(await server.database());
const sum: Endings = { contained: 0, rolledBack: 0, residual: 0 };
const began = performance.now();
let failed = 0;
for (let done = 0; done < total; done += atOnce) {
  const seed = first + done;
  const scripts = fc.sample(script, { numRuns: Math.min(atOnce, total - done), seed });
  const [weather = { kills: [], fullDisk: [], lostCommits: [], jumps: [] }] = fc.sample(storm, { numRuns: 1, seed });
  try {
    const endings = await faultRun(place, scripts, weather);
    sum.contained += endings.contained;
    sum.rolledBack += endings.rolledBack;
    sum.residual += endings.residual;
  } catch (error) {
    failed += 1;
    console.log(
      `seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n  ${JSON.stringify(weather)}`,
    );
  }
  const seconds = (performance.now() - began) / 1000;
  console.error(`${done + scripts.length} of ${total}, ${seconds.toFixed(0)} s, seed ${seed}`);
}
await place.close();
await server.stop();
console.log(
  `${total} executions with faults, seeds from ${first}: ${sum.contained} contained, ${sum.rolledBack} rolled back exactly, ` +
    `${sum.residual} with a named residual; ${failed} runs failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
