/** An incident that is found late: what tells which model was in production when has left the database for files. */
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptDetection, RecoveryChoice } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { keepCold } from '../cold-keeper.ts';
import { openStation, type Station } from '../station.ts';
import { openTarget } from '../targets.ts';
import { recoveryDesk } from './desk.ts';
import { auditDue } from './re-audit.ts';
import { createSeenAgain } from './seen-again.ts';

const clock = settableClock('2026-01-10T09:00:00.000Z');
const never = new AbortController().signal;
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let incident: string;
let files: readonly string[];

/** MLflow's file store, with three versions of which the last is in production. */
async function fileStore(at: string): Promise<void> {
  const model = join(at, 'models', 'fraud');
  await mkdir(join(model, 'aliases'), { recursive: true });
  await writeFile(join(model, 'meta.yaml'), 'name: fraud\ncreation_timestamp: 1765000000000\n');
  await writeFile(join(model, 'aliases', 'production'), '3');
  for (const version of [1, 2, 3]) {
    await mkdir(join(model, `version-${version}`));
    await writeFile(
      join(model, `version-${version}`, 'meta.yaml'),
      `name: fraud\nversion: ${version}\ncreation_timestamp: ${1765000000000 + version * 1000}\nstatus: READY\nsource: s3://models/fraud/${version}\n`,
    );
  }
}

const webhook = (time: string, version: string) => ({
  entity: 'model_version_alias',
  action: 'created',
  timestamp: time,
  data: { name: 'fraud', version, alias: 'production' },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-long-ago-'));
  const store = join(folder, 'mlruns');
  await mkdir(store);
  await fileStore(store);
  database = await testServer();
  station = await openStation({
    data: join(folder, 'data'),
    database: await database.database(),
    target: await openTarget([`mlflow:${store}#mlops`], never),
    clock,
  });
  for (const [time, version] of [
    ['2026-01-10T08:00:00.000Z', '1'],
    ['2026-02-10T08:00:00.000Z', '2'],
    ['2026-06-10T08:00:00.000Z', '3'],
    ['2026-06-11T08:00:00.000Z', '3'],
  ] as const) {
    clock.set(time);
    await station.intake.take([webhook(time, version)], { source: 'test', locator: 'test' });
  }
  const opened = await station.incidents.open({
    title: 'Poisoned since June',
    compromised: ['mlflow:RegisteredModel/mlops/fraud'],
    protect: 'default',
    by: 'ann',
  });
  incident = opened.id;
  clock.set('2026-06-12T09:00:00.000Z');
  const { written } = await keepCold({ ...station, hotDays: 1, keepDays: undefined }, never);
  files = written.map(({ name }) => join(folder, 'data', 'events', 'cold', name));
}, 60_000);
afterAll(async () => {
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function choose(): Promise<RecoveryChoice> {
  const desk = await recoveryDesk(station);
  return desk.versions.choose({ incident, since: '2026-06-10T00:00:00.000Z' }, never);
}
const served = ({ candidates }: RecoveryChoice, version: string) =>
  candidates.find((each) => each.version.version === version)?.served;

test('moves that left the database are told from the files, to the second', async () => {
  expect(files).toHaveLength(1);
  expect(await station.storage.eventStore.last()).toBeGreaterThan(0);
  const choice = await choose();
  expect(served(choice, '1')).toEqual([
    { by: 'alias production', from: '2026-01-10T08:00:00.000Z', until: '2026-02-10T08:00:00.000Z', told: 'event' },
  ]);
  expect(served(choice, '2')).toEqual([
    { by: 'alias production', from: '2026-02-10T08:00:00.000Z', until: '2026-06-10T08:00:00.000Z', told: 'event' },
  ]);
  expect(choice.current?.version).toBe('3');
});

const detection = (id: string): KeptDetection =>
  ({
    id: 'det',
    detector: 'promotion/unreviewed',
    count: 1,
    by: [],
    about: ['mlflow:RegisteredModel/mlops/fraud'],
    first: '2026-01-10T08:00:00.000Z',
    last: '2026-01-10T08:00:00.000Z',
    events: [{ id }],
  }) as unknown as KeptDetection;

test('an event that a detection cites is shown again from its file; one in a file that was damaged is not, and is counted', async () => {
  const cited: string[] = [];
  for await (const piece of station.coldEvents.search({}, Number.MAX_SAFE_INTEGER, undefined))
    if ('events' in piece) cited.push(...piece.events.map(({ event }) => event.id));
  const [id = ''] = cited;
  expect(await createSeenAgain(station)('inc', [detection(id)], never)).toMatchObject({ unread: 0 });

  await appendFile(files[0] ?? '', 'x');
  expect(await createSeenAgain(station)('inc', [detection(id)], never)).toMatchObject({ unread: 1 });
  const choice = await choose();
  expect(choice.completeness).toMatchObject({ answer: 'limited' });
  const reasons = choice.completeness.answer === 'limited' ? choice.completeness.reasons : [];
  expect(reasons.map(({ code }) => code)).toContain('FB-COLD-UNREADABLE');
});

test('a follow-up is audited on its day, without anybody asking', async () => {
  const { followUps } = await recoveryDesk(station);
  const model = 'mlflow:RegisteredModel/mlops/fraud';
  const { id } = await followUps.open({
    incident,
    title: 'Nobody unreviewed may promote',
    detail: '',
    kind: 'path',
    about: { is: 'step', type: 'MODEL_SERVES', from: model, to: model },
    owner: 'mlops',
    due: '2026-07-01T00:00:00.000Z',
    by: 'ann',
  });
  expect(await auditDue(station, never)).toBe(0);
  clock.set('2026-07-01T00:00:00.000Z');
  expect(await auditDue(station, never)).toBe(1);
  expect((await followUps.list(incident)).find((each) => each.id === id)?.audit).toMatchObject({
    at: '2026-07-01T00:00:00.000Z',
  });
  expect(await auditDue(station, never)).toBe(0);
});
