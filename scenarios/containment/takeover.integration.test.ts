/**
 * Two processes on one database. The first is in the middle of a step when it dies, or falls asleep; the second is at work
 * already, for others, and takes the step over.
 */
import { join } from 'node:path';
import { executionSchema } from '@firebreak/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually, writesIn } from './testing/cluster.ts';
import { parsed, type Running, start } from './testing/firebreak.ts';
import { openProxy, pass } from './testing/proxy.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster, responder } = theatre;
afterAll(() => theatre.close());

/** A containment whose second patch has been made; its answer never comes. */
async function heldInTheMiddle(): Promise<{ stage: Stage; first: Running }> {
  const stage = await theatre.newStage();
  const held = Promise.withResolvers<void>();
  let writes = 0;
  stage.proxy.treat = ({ writes: isWrite }) => {
    if (isWrite) writes += 1;
    return isWrite && writes === 2 ? { do: 'lose', how: 'hold', made: held.resolve } : pass;
  };
  const first = stage.contain();
  await Promise.race([
    held.promise,
    first.ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`))),
  ]);
  return { stage, first };
}

/** Another Firebreak on the same database and cluster. */
async function serveBeside(stage: Stage): Promise<Running> {
  const kubeconfig = join(stage.data, 'kubeconfig-of-the-other');
  const proxy = await openProxy({ admin: cluster.kubeconfig, kubeconfig, token: responder.token });
  const other = start('serve', ...stage.where, '--port', '0', '--kubeconfig', kubeconfig);
  theatre.finally(async () => {
    other.kill('SIGTERM');
    await other.ended;
    await proxy.close();
  });
  await other.says(/on (http:\S+),/);
  return other;
}

/** When the ledger first hears of the second worker, and that it told everything after that. */
async function takenOverAt(stage: Stage): Promise<Date> {
  const { ok, entries } = await stage.evidence();
  expect(ok).toBe(true);
  const workers = entries.filter(({ actor }) => actor.startsWith('worker:'));
  const [firstWorker] = workers.map(({ actor }) => actor);
  const from = workers.findIndex(({ actor }) => actor !== firstWorker);
  const second = workers.slice(from);
  expect(new Set(second.map(({ actor }) => actor)).size, 'nobody wrote in between').toBe(1);
  expect(second.at(-1)?.kind).toBe('incident.contained');
  return new Date(second[0]?.at ?? Number.NaN);
}

async function expectEachWriteOnce(stage: Stage): Promise<void> {
  const writes = (await writesIn(stage.world.namespace, responder.user)).map(
    ({ verb, resource, name }) => `${verb} ${resource} ${name}`,
  );
  expect(writes.length).toBe(7);
  expect(new Set(writes).size).toBe(7);
}

describe.concurrent('while another worker is there', () => {
  test('a dead worker’s step is taken over within 30 seconds', async () => {
    const { stage, first } = await heldInTheMiddle();
    await serveBeside(stage);
    const died = new Date();
    first.kill('SIGKILL');
    await eventually(stage.progress, (execution) => execution?.state === 'contained');
    const afterMs = (await takenOverAt(stage)).getTime() - died.getTime();
    expect(afterMs).toBeGreaterThan(0);
    expect(afterMs).toBeLessThan(30_000);
    await expectEachWriteOnce(stage);
  });

  test('a worker that wakes up after its step was taken over does nothing more, and reports how it went on', async () => {
    const { stage, first } = await heldInTheMiddle();
    await serveBeside(stage);
    first.kill('SIGSTOP');
    await eventually(stage.progress, (execution) => execution?.state === 'contained');
    first.kill('SIGCONT');
    expect(parsed(executionSchema, 0, await first.ended).state).toBe('contained');
    await takenOverAt(stage);
    await expectEachWriteOnce(stage);
  });
});
