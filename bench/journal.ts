/**
 * What the journal costs: steps per second through the real worker, journal, ledger and PostgreSQL, against a peer that answers
 * at once, beside as many bare transactions of the same server in the same run; and whether a thousand open incidents slow one.
 *
 *     npm run bench:journal [executions]
 */
import pg from 'pg';
import { Shelf, setField, shelfPlan } from '../packages/platform/src/execution/testing/shelf.case.ts';
import { openWorkplace } from '../packages/platform/src/execution/testing/workplace.case.ts';
import { testServer } from '../packages/platform/src/storage/test-database.ts';
import { mediansInTurns } from './measure.ts';

const executions = Number(process.argv[2] ?? 200);
const stepsOfEach = 5;
const openIncidents = 1_000;
const rounds = 7;

const server = await testServer();
const shelf = new Shelf();
let things = 0;

/** A database with a worker and somebody who looks at it. */
async function openBench() {
  const url = await server.database();
  const place = await openWorkplace(url);
  const admin = new pg.Pool({ connectionString: url, max: 8 });
  const runner = place.runner({
    actions: [setField],
    session: () => shelf,
    concurrency: 64,
    pace: { leaseMs: 15_000, heartbeatMs: 5_000, pollMs: 1_000, tendMs: 5_000, watchMs: 60_000 },
  });
  return { place, admin, runner };
}
type Bench = Awaited<ReturnType<typeof openBench>>;

/** An execution of so many steps, begun when `approve` is called. */
async function made({ place, runner }: Bench, steps: number) {
  const plan = shelfPlan(
    Array.from({ length: steps }, () => {
      const object = `thing-${things++}`;
      shelf.put(object, { a: 'open' });
      return { object, field: 'a', to: 'shut' };
    }),
  );
  const incident = await place.openIncident();
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  return { id, approve: () => runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' }) };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Each commits one row, eight at a time: what the server can do at all. */
async function bareTransactions({ admin }: Bench, count: number): Promise<number> {
  await admin.query('create table bare (id bigint generated always as identity, body text)');
  let left = count;
  return seconds(() =>
    Promise.all(
      Array.from({ length: 8 }, async () => {
        while (left-- > 0) await admin.query('insert into bare (body) values ($1)', ['x'.repeat(200)]);
      }),
    ),
  );
}

/** Milliseconds for a step of an execution that is alone at work. */
async function stepMs(bench: Bench): Promise<number> {
  const steps = 20;
  const { id, approve } = await made(bench, steps);
  await approve();
  const took = await seconds(() => settled(bench, id));
  return (took * 1000) / steps;
}

async function settled({ admin }: Bench, ...ids: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await admin.query("select from execution where id = any($1) and state = 'running' limit 1", [ids]);
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function writes({ admin }: Bench): Promise<number> {
  const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from journal');
  return rows[0]?.n ?? 0;
}

const [crowded, alone] = [await openBench(), await openBench()];
// approving is not the journal's business
const batch: Awaited<ReturnType<typeof made>>[] = [];
for (let at = 0; at < executions; at += 1) batch.push(await made(crowded, stepsOfEach));
for (const { approve } of batch) await approve();
const before = await writes(crowded);
const took = await seconds(async () => {
  crowded.runner.work();
  await settled(crowded, ...batch.map(({ id }) => id));
});
const written = (await writes(crowded)) - before;
const steps = executions * stepsOfEach;
const bare = await bareTransactions(crowded, written);
console.log(
  `journal: ${steps} steps in ${took.toFixed(2)} s, ${Math.round(steps / took)} steps/s; ${written} durable writes of rows`,
);
console.log(
  `bare: as many single-row transactions, eight abreast, in ${bare.toFixed(2)} s; the journal takes ${(took / bare).toFixed(2)} times as long`,
);

const waiting = Math.max(0, openIncidents - executions);
for (let at = 0; at < waiting; at += 1) await made(crowded, stepsOfEach);
alone.runner.work();
const medians = await mediansInTurns(rounds, {
  alone: async () => ({ milliseconds: await stepMs(alone) }),
  crowded: async () => ({ milliseconds: await stepMs(crowded) }),
});
console.log(
  `one among ${openIncidents} open incidents (${executions} contained and watched, ${waiting} waiting): ${medians.crowded.toFixed(1)} ms a step; ` +
    `alone ${medians.alone.toFixed(1)} ms; ${(medians.crowded / medians.alone).toFixed(2)} times`,
);
for (const { admin, place } of [crowded, alone]) {
  await admin.end();
  await place.close();
}
await server.stop();
