/**
 * A day with somebody else's playbook, on the in-memory twin of the demo estate: laid over, carried out, exported, taken back, read again.
 * The files in day/ are reviewed outcomes; `vitest -u` rewrites them, and the difference is to be read.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerEntry, Plan, PlaybookRun, PlaybookWish } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize } from '../../packages/platform/src/app/authorize.ts';
import { layOverEstate, playbookSource, responseEventLines } from '../../packages/platform/src/app/playbook-station.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import type { ApiObject } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { readManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { countedIds, makeTwin, type Twin } from '../../packages/platform/src/connectors/kubernetes/twin.ts';
import { collectSession } from '../../packages/platform/src/facts/collect.ts';
import { manifestSet } from '../../packages/platform/src/facts/manifest-set.ts';
import { exportPlaybook } from '../../packages/platform/src/playbooks/export-playbook.ts';
import { notePlaybook } from '../../packages/platform/src/playbooks/note-playbook.ts';
import { reportOn } from '../../packages/platform/src/playbooks/report.ts';
import { shippedPlaybooks } from '../../packages/platform/src/playbooks/shipped.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';

const signal = new AbortController().signal;
const account = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
/** Of the levers of a cluster, those that this day is about; others that come along later change nothing here. */
const actions = kubernetes.actions.filter(({ id }) =>
  ['snapshot', 'suspend-delivery', 'strip-subject', 'invalidate-tokens'].includes(id.slice('kubernetes.'.length)),
);

let server: TestServer;
let data: string;
beforeAll(async () => {
  server = await testServer();
  data = await mkdtemp(join(tmpdir(), 'firebreak-playbook-'));
});
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

test('a playbook that is no complete cut runs, and nobody calls it contained', async () => {
  const document = await readFile(new URL('day/playbook.json', import.meta.url), 'utf8');
  expect(reportOn(document, new Date()).ok).toBe(true);
  await onStation(async (station) => {
    const wish = { document, compromised: [account], variables: { __account__: 'predictor-runner' }, decisions: {} };
    const run = await layOverEstate(station, wish, signal);
    await expect(laidOver(run)).toMatchFileSnapshot('day/laid-over.snap.md');
    const { incident, execution } = await carriedOut(station, wish, run);
    expect(execution.state).toBe('done-unproven');
    expect(execution.steps.every(({ state }) => state === 'done')).toBe(true);
    expect((await station.incidents.get(incident)).state).toBe('stopped');
    await expect(await told(station, incident)).toMatchFileSnapshot('day/ledger.snap.md');

    const exported = await exportPlaybook(await playbookSource(station, incident));
    const text = JSON.stringify(exported, null, 2);
    expect(reportOn(text, new Date()).problems).toEqual([]);
    await expect(lines(['# What is exported', '', '```json', same(text).trim(), '```'])).toMatchFileSnapshot(
      'day/exported.snap.md',
    );
    await expect(await events(station, incident)).toMatchFileSnapshot('day/events.snap.md');
  });
});

test('a runbook that comes along: contained, exported, taken back, and the export leads to the same steps', async () => {
  const [shipped] = (await shippedPlaybooks()).filter(({ name }) => name === 'anomalous-drift');
  await onStation(async (station, twin) => {
    const wish = { document: shipped?.text ?? '', compromised: [account], variables: {}, decisions: {} };
    const run = await layOverEstate(station, wish, signal);
    expect(run.plan.verdict).toBe('contained');
    const { incident, execution } = await carriedOut(station, wish, run);
    expect(execution.state).toBe('contained');
    expect(twin.tick()).toEqual([]);
    const { runner } = station.field ?? expect.unreachable();
    const { id: undo } = await runner.undo({ incident, by: 'grace' });
    expect((await runner.settled(undo)).state).toBe('undone');

    const exported = await exportPlaybook(await playbookSource(station, incident));
    const again = await layOverEstate(
      station,
      { ...wish, document: JSON.stringify(exported), compromised: [] },
      signal,
    );
    const keys = ({ steps }: Plan) => steps.map(({ lever: { key } }) => key);
    expect(keys(again.plan)).toEqual(keys(run.plan));
    expect(again.plan.verdict).toBe('contained');
    expect(exported.playbook_extensions).toMatchObject(
      Object.fromEntries([[Object.keys(exported.playbook_extensions ?? {})[0], { outcome: 'undone', incident }]]),
    );
  });
});

async function onStation(work: (station: Station, twin: Twin) => Promise<void>): Promise<void> {
  const twin = await newTwin();
  const target = {
    spec: 'demo',
    actions,
    session: () => twin,
    collect: () => collectSession(kubernetes, twin, signal),
    follow: undefined,
    close: () => twin.close(),
  };
  const station = await openStation({ data, database: await server.database(), target });
  try {
    await work(station, twin);
  } finally {
    await station.close();
  }
}

async function carriedOut(station: Station, { document }: PlaybookWish, { plan, playbook, steps }: PlaybookRun) {
  const { runner, holder } = station.field ?? expect.unreachable('a station with a target has a field');
  const compromised = plan.compromised.map(({ id }) => id);
  const { id: incident } = await station.incidents.open({
    title: playbook.name,
    compromised,
    protect: plan.protect,
    by: 'ada',
  });
  const { estate } = await holder.current(signal);
  await station.incidents.recordPlan({ incident, plan, manifests: manifestSet(estate), by: 'ada' });
  const confirmed = steps.filter(({ confirm }) => confirm).map(({ step }) => step);
  await notePlaybook(station.ledger, { incident, document, confirmed, by: 'ada' });
  await runner.start({ incident, plan, by: 'ada' });
  await runner.approve({ incident, digest: plan.digest, by: 'ada', role: 'approver' });
  const { id, steps: rows } = (await runner.status(incident)) ?? expect.unreachable();
  if (rows.some(({ approvals, approvalsNeeded }) => approvals.length < approvalsNeeded))
    await runner.approve({ incident, digest: plan.digest, by: 'grace', role: 'approver' });
  runner.work();
  return { incident, execution: await runner.settled(id) };
}

/** The demo estate as `npm start` loads it, with ids and times that are the same in every run. */
async function newTwin(): Promise<Twin> {
  const twin = makeTwin({ authorize, ids: countedIds(), now: () => new Date('2026-01-01T00:00:00Z') });
  const path = new URL('../../content/demo-estate/kubernetes', import.meta.url).pathname;
  const objects: ApiObject[] = [];
  for await (const read of readManifests({ path, maxDocumentBytes: 1 << 20 }, signal))
    if ('object' in read) objects.push(read.object);
  twin.load(objects, { start: true });
  return twin;
}

function laidOver({ playbook, steps, notes, problems, plan }: PlaybookRun): string {
  return lines([
    `# ${playbook.name}`,
    '',
    ...steps.map(
      ({ name, becomes, notRun, confirm, text }) =>
        `- ${name}: ${becomes}${notRun === null ? '' : ` (${notRun} is not run)`}${confirm ? ', to be confirmed' : ''}\n  - ${text.replaceAll('\n', '\n    ')}`,
    ),
    '',
    ...notes,
    ...problems.map(({ code, weight, where, what }) => `${weight} ${code} ${where}: ${what}`),
    '',
    `## The plan: ${plan.verdict}, ${plan.certificate.exempt.length} protected nodes stay within reach`,
    '',
    ...plan.steps.map(({ ordinal, stage, reason, title, why }) => `${ordinal}. ${stage}, ${reason}: ${title} (${why})`),
  ]);
}

/** Kind, who, and which step, of what a playbook is about; what is drawn or timed is left out. */
async function told({ ledger }: Station, incident: string): Promise<string> {
  const entries: LedgerEntry[] = [];
  for await (const { entry } of ledger.entries(incident))
    if (/^(incident|plan|playbook|execution|step)\./.test(entry.kind)) entries.push(entry);
  return lines([
    '# What the ledger tells',
    '',
    ...entries.map(({ kind, actor, body, blobs }) => {
      const step = typeof body.step === 'string' ? ` ${body.step} ${String(body.target)}` : '';
      const names = blobs.map(({ name }) => name).sort();
      const kept = names.length === 0 ? '' : ` [${names.join(', ')}]`;
      return `- ${kind}${step} by ${actor.replace(/^worker:.*/, 'a worker')}${kept}`;
    }),
  ]);
}

async function events(station: Station, incident: string): Promise<string> {
  const told: string[] = [];
  for await (const line of responseEventLines(station, incident)) {
    const event = JSON.parse(Buffer.from(line).toString('utf8')) as Record<string, unknown> & {
      countermeasures?: { d3f_technique: { uid: string } }[];
    };
    const by = (event.countermeasures ?? []).map(({ d3f_technique: { uid } }) => uid).join(', ');
    told.push(
      `- ${event.class_uid} ${event.type_name}, ${event.activity_name}, ${event.status}${by === '' ? '' : `, ${by}`}: ${same(String(event.message)).trim()}`,
    );
  }
  return lines(['# What other systems read', '', ...told]);
}

/** Without what is drawn or timed; ids are counted. */
function same(text: string): string {
  const ids = new Map<string, string>();
  const counted = (id: string) => {
    const known = ids.get(id) ?? `${id.slice(0, id.indexOf('--'))}--${ids.size + 1}`;
    ids.set(id, known);
    return known;
  };
  return `${text
    .replaceAll(/inc_[a-z2-7]{20}/g, 'inc_…')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-01-01T00:00:00.000Z')
    .replaceAll(/after [\d.]+ s/g, 'after … s')
    .replaceAll(/[0-9a-f]{64}/g, '0'.repeat(64))
    .replaceAll(/(?:playbook|start|end|action)--[0-9a-f-]{36}/g, counted)}\n`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n').trim()}\n`;
}
