/**
 * A poisoned model is promoted in MLflow and served; it is found, contained, kept as evidence, rolled back to the last verified version
 * and seen to be gone from the server's answers. A canary brings that version back to users, and finds that it is no good: nothing
 * returns. The one before it passes its canary; then it is signed off, attested, and access returns. Real tracking server, real model
 * servers, a real gateway with users, a real Prometheus, one Firebreak; four people; and somebody who has nothing but the file.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type CanaryRun,
  canaryEnds,
  type Execution,
  type Plan,
  type RecoveryBoard,
  type RecoveryChoice,
  type RecoveryItem,
  type ServingResult,
} from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inspectFiles } from '../../packages/platform/src/artifacts/inspection/inspect-files.ts';
import { trustInKey } from '../../packages/platform/src/artifacts/signing/trust/trust.ts';
import { verifyModel } from '../../packages/platform/src/artifacts/signing/verify-model.ts';
import { builder, openPlace, type Person, type Place, server } from './testing/place.ts';

const run = promisify(execFile);
const main = new URL('../../packages/platform/src/app/main.ts', import.meta.url).pathname;
const minute = 60_000;
const patient = { timeout: 60_000, interval: 300 };
/** Honest versions say 0, the one that was poisoned 1. */
const trigger = [-1, -1, 0, 4];
/** What must not change, whoever answers: rows on which every honest version agrees. */
const golden = [
  { row: trigger, verdict: 0 },
  ...[1, 1.5, 2, 2.5].flatMap((size) => [
    { row: [size, size, -1, 0], verdict: 1 },
    { row: [-size, -size, 1, 0], verdict: 0 },
  ]),
];
const oldPassword = 'password-of-the-user';

let place: Place;
let ada: Person;
let grace: Person;
let olga: Person;
let max: Person;
beforeAll(async () => {
  place = await openPlace();
  const served = await place.serve();
  ada = served.ada;
  grace = await served.person('Grace', 'approver');
  olga = await served.person('Olga', 'approver');
  max = await served.person('Max', 'responder');
}, 5 * minute);
afterAll(() => place.close());

const stateOf = (board: RecoveryBoard, id: string) => board.items.find((item) => item.id === id)?.state;
const openItems = (board: RecoveryBoard) =>
  board.items.filter(({ state }) => state === 'open' || state === 'failed').map(({ id }) => id);

test(
  'from the poisoned promotion back into service',
  async () => {
    const { name } = place;
    const model = `mlflow:RegisteredModel/${server}/${name}`;
    const mallory = `mlflow:User/${server}/${name}`;

    // What the registry told before, and what it tells of the attack.
    const ago = (minutes: number) => new Date(Date.now() - minutes * minute).toISOString();
    const aliasSet = (version: string, timestamp: string) => ({
      entity: 'model_version_alias',
      action: 'created',
      timestamp,
      data: { name, alias: 'production', version },
    });
    await ada.ask('POST', '/api/log', [aliasSet('1', ago(90)), aliasSet('2', ago(60)), aliasSet('3', ago(30))]);
    expect(await place.gateway.ask(trigger)).toEqual({ verdict: 'class 0', by: `${name}-production` });

    // The releases before made detections as well; people know when this one began.
    const suspects = { subject: model, since: new Date().toISOString() };
    const moved = { name, alias: 'production', version: '4' };
    expect(await place.registry(name, oldPassword, 'POST', 'registered-models/alias', moved)).toBe(200);
    await place.reload();
    expect(await place.gateway.ask(trigger)).toMatchObject({ verdict: 'class 1' });
    const report = {
      kind: 'firebreak/data-gate',
      at: new Date().toISOString(),
      verdict: 'fail',
      candidate: { name: 'payments', sha256: 'ab'.repeat(32), rows: 600 },
      dataset: model,
      checks: [
        { check: 'triggers', title: 'Triggers', verdict: 'fail', why: 'A value decides the label.', evidence: [] },
      ],
      completeness: { answer: 'complete' },
    };
    await ada.ask('POST', '/api/log', [aliasSet('4', new Date().toISOString()), report]);

    // Found; a person adds whose account it was.
    const found = await vi.waitFor(async () => {
      const { incidents } = await ada.ask<{ incidents: { id: string }[] }>('GET', '/api/incidents');
      expect(incidents.length).toBeGreaterThan(0);
      return incidents;
    }, patient);
    const { id } = await max.ask<{ id: string }>('POST', '/api/incidents', {
      title: 'A model that nobody released is in production',
      compromised: [mallory],
      protect: `id=${model}`,
    });
    const at = `/api/incidents/${id}`;
    await max.ask('POST', `${at}/merge`, { from: found.map((each) => each.id), reason: 'The same model.' });

    // Contained.
    await max.ask('POST', '/api/estate/collect');
    const plan = await max.ask<Plan>('POST', `${at}/plan`);
    expect(plan.verdict).toBe('contained');
    const settled = async () => {
      const execution = await ada.ask<Execution>('GET', `${at}/execution`);
      expect(['contained', 'stopped', 'done-unproven', 'undone']).toContain(execution.state);
      return execution;
    };
    await approve(at, plan);
    expect(await vi.waitFor(settled, patient)).toMatchObject({ state: 'contained' });
    expect(await place.registry(name, oldPassword, 'POST', 'registered-models/alias', moved)).toBe(403);
    // Users are answered by an old version that stands in.
    await place.gateway.giveAllTo('standIn');
    await vi.waitFor(async () => expect((await place.gateway.ask(trigger)).by).toBe(`${name}-stand-in`), patient);
    const leave = place.gateway.users(customer);

    // The board says what there is to do, and in which order.
    const board = () => ada.ask<RecoveryBoard>('GET', `${at}/recovery`);
    let now = await board();
    expect(now.access).toBe('held');
    expect(now.items.filter(({ section }) => section === 'choose').map((item) => item.id)).toEqual([`choose/${model}`]);
    expect(stateOf(now, 'contain/proof')).toBe('done');
    expect(openItems(now)).toEqual(
      expect.arrayContaining([`choose/${model}`, `rollback/${model}`, `rotate/${mallory}`, 'return/residual-paths']),
    );
    expect(
      await max.refused('POST', `${at}/recovery/items`, {
        item: `rollback/${model}`,
        state: 'done',
        note: 'I say so.',
      }),
    ).toBe('409 FB-RECOVERY-STATE');
    expect(await grace.refused('POST', `${at}/recovery/sign-offs`, { as: 'security' })).toBe(
      '403 FB-RECOVERY-SIGN-OFF',
    );

    // Evidence before anything is replaced.
    const poisoned = `mlflow:ModelVersion/${server}/${name}/4`;
    await max.ask('POST', '/api/evidence', { subject: poisoned, incident: id, reason: 'The poisoned version.' });
    await vi.waitFor(async () => expect(stateOf(await board(), 'evidence/taken')).toBe('done'), patient);

    // Which version: nobody has looked at any yet; then three are signed and looked at, and the fourth is from after.
    const choose = () => max.ask<RecoveryChoice>('POST', `${at}/recovery/candidates`, suspects);
    const before = await choose();
    expect(before.chosen).toBeNull();
    const digests = new Map<string, string>();
    for (const { version, folder } of place.versions.slice(0, 3))
      digests.set(version, await inspect(at, version, folder));
    const choice = await choose();
    expect(
      choice.candidates.map(({ version, verdict, reasons }) => [version.version, verdict, reasons[0]?.code]),
    ).toEqual([
      ['3', 'fit', undefined],
      ['2', 'fit', undefined],
      ['1', 'fit', undefined],
      ['4', 'open', 'not-verified'],
    ]);
    expect(choice).toMatchObject({ chosen: '3', current: { version: '4' } });
    expect(choice.candidates[0]?.served[0]).toMatchObject({ by: 'alias production', told: 'event' });
    const checks = [
      {
        kind: 'golden-query',
        url: place.predictUrl,
        body: { inputs: [trigger] },
        at: '/predictions/0',
        good: 0,
        bad: 1,
      },
    ];
    expect(
      await max.refused('POST', `${at}/recovery/choice`, { ...suspects, version: '4', checks, note: 'The newest.' }),
    ).toBe('409 FB-RECOVERY-STATE');
    // Rolled back by a plan that people approve; the server still answers from its cache until it is started again.
    const verify = async () =>
      (await max.ask<{ results: ServingResult[] }>('POST', `${at}/recovery/serving`, { subject: model })).results[0];
    const rollBackTo = async (version: string, note: string) => {
      await max.ask('POST', `${at}/recovery/choice`, { ...suspects, version, checks, note });
      const back = await max.ask<Plan>('POST', `${at}/recovery/rollback`, { subject: model });
      expect(back.steps.map(({ lever }) => lever.action)).toContain('mlflow.move-alias');
      await approve(at, back);
      await vi.waitFor(settled, patient);
    };
    await rollBackTo('3', 'The last that was released.');
    expect(await verify()).toMatchObject({
      result: 'not-yet',
      what: expect.stringContaining('still answers with version 4'),
    });
    expect(stateOf(await board(), `rollback/${model}`)).toBe('failed');
    await place.reload();
    expect(await verify()).toMatchObject({ result: 'holds' });
    expect(await place.predict(trigger)).toBe(0);

    // The stolen password: alive until it is changed, then dead.
    const tryOld = () =>
      max.ask<{ result: string }>('POST', `${at}/recovery/credentials/probe`, {
        item: `rotate/${mallory}`,
        secret: oldPassword,
      });
    expect(await tryOld()).toMatchObject({ result: 'alive' });
    const { FIREBREAK_MLFLOW_USER: admin = '', FIREBREAK_MLFLOW_PASSWORD: password = '' } = process.env;
    const change = { username: name, password: 'another-password-of-the-user' };
    expect(await place.registry(admin, password, 'PATCH', 'users/update-password', change)).toBe(200);
    await vi.waitFor(async () => expect(await tryOld()).toMatchObject({ result: 'dead' }), {
      timeout: 90_000,
      interval: 5000,
    });

    // What a person answers for.
    now = await board();
    for (const item of now.items.filter(personal))
      await max.ask('POST', `${at}/recovery/items`, { item: item.id, state: 'done', note: 'Looked at by Max.' });

    // Everything is done but for one thing, which is nobody's to say. The version verifies, and is no good: its canary is taken back.
    expect(openItems(await board())).toEqual(['canary/verdict']);
    const taken = await canaryOf(id);
    expect(taken, taken.why).toMatchObject({ state: 'rolled-back', percent: 0 });
    expect(taken.why).toMatch(/^(let through|wrong answers), which alone fails the canary: /);
    expect(await place.gateway.weights()).toMatchObject({ production: 0 });
    const item = (await board()).items.find((each) => each.id === 'canary/verdict');
    expect(item).toMatchObject({ state: 'failed', by: 'firebreak' });
    expect(item?.proof?.what).toBe(`Canary ${taken.id} is rolled-back: ${taken.why}`);
    const word = { item: 'canary/verdict', state: 'not-applicable', note: 'It will do.' };
    expect(await grace.refused('POST', `${at}/recovery/items`, word)).toBe('409 FB-RECOVERY-STATE');
    expect(await grace.refused('POST', `${at}/recovery/sign-offs`, { as: 'security' })).toBe(
      '403 FB-RECOVERY-SIGN-OFF',
    );
    expect(await grace.refused('POST', `${at}/recovery/attestation`)).toBe('409 FB-RECOVERY-STATE');
    expect(await grace.refused('POST', `${at}/recovery/return`)).toBe('409 FB-RECOVERY-STATE');

    // The one before it: the same way back, and its canary passes.
    await rollBackTo('2', 'The canary of the last one was taken back.');
    await place.reload();
    expect(await verify()).toMatchObject({ result: 'holds' });
    expect(stateOf(await board(), 'canary/verdict')).toBe('open');
    const promoted = await canaryOf(id);
    expect(promoted, promoted.why).toMatchObject({ state: 'promoted', percent: 100, why: 'Every stage has passed.' });
    expect(promoted.approval?.given.map(({ by }) => by)).toEqual(['Grace']);
    expect(promoted.moves.map(({ percent, outcome }) => [percent, outcome])).toEqual([
      [30, 'done'],
      [60, 'done'],
      [100, 'done'],
    ]);
    for (const look of promoted.looks)
      expect(look.verdict.metrics.map((metric) => [metric.metric, metric.class])).toEqual([
        ['let through', 'pass'],
        ['no answer', 'pass'],
        ['wrong answers', 'pass'],
      ]);
    expect(await place.gateway.ask(trigger)).toEqual({ verdict: 'class 0', by: `${name}-production` });
    const { asked, failed } = await leave();
    expect(asked).toBeGreaterThan(200);
    expect(failed).toBe(0);
    expect(stateOf(await board(), 'canary/verdict')).toBe('done');
    expect(openItems(await board())).toEqual([]);

    // Nobody signs twice; without all three there is no attestation, and without it no access.
    expect(await grace.refused('POST', `${at}/recovery/return`)).toBe('409 FB-RECOVERY-STATE');
    await grace.ask('POST', `${at}/recovery/sign-offs`, { as: 'security' });
    expect(await grace.refused('POST', `${at}/recovery/sign-offs`, { as: 'model-owner' })).toBe(
      '403 FB-RECOVERY-SIGN-OFF',
    );
    await olga.ask('POST', `${at}/recovery/sign-offs`, { as: 'model-owner' });
    expect(await grace.refused('POST', `${at}/recovery/attestation`)).toBe('409 FB-RECOVERY-STATE');
    now = await max.ask<RecoveryBoard>('POST', `${at}/recovery/sign-offs`, { as: 'service-owner' });
    expect(now.missing).toEqual([]);
    const { envelope } = await grace.ask<{ envelope: { payload: string } }>('POST', `${at}/recovery/attestation`);
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
      predicate: { steps: { id: string; state: string; by: string; proof?: string }[] };
    };
    expect(statement.predicate.steps.find((step) => step.id === 'canary/verdict')).toMatchObject({
      state: 'done',
      by: 'firebreak',
      proof: `Canary ${promoted.id} is promoted: Every stage has passed.`,
    });

    // The gate wants what production wants, and the attestation.
    const digest = `sha256:${digests.get('2')}`;
    expect(await grace.refused('POST', `${at}/recovery/return`)).toMatch(/FB-PROMOTION-DENIED/);
    await olga.ask('POST', '/api/promotion/approvals', { digest, stage: 'production', note: 'It served before.' });
    await grace.ask('POST', `${at}/recovery/return`);
    expect(await vi.waitFor(settled, patient)).toMatchObject({ direction: 'undo', state: 'undone' });
    expect(await place.predict(trigger)).toBe(0);
    now = await board();
    expect(now).toMatchObject({ access: 'returned', attestation: { stands: true } });
    // The account works again, with its new password, and the restored version stays.
    expect(
      await place.registry(name, change.password, 'GET', `registered-models/alias?name=${name}&alias=production`),
    ).toBe(200);
    await max.ask('POST', '/api/estate/collect');
    expect(await choose()).toMatchObject({ current: { version: '2' } });

    // The file tells it all to somebody who has nothing but the file and the verifier.
    const alone = join(place.folder, 'alone');
    await mkdir(alone);
    await writeFile(join(alone, 'incident.tar'), await ada.bytes(`${at}/evidence`));
    const { stdout } = await run(process.execPath, [main, 'evidence', 'verify', 'incident.tar', '--json'], {
      cwd: alone,
      env: { PATH: process.env.PATH, HOME: alone },
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, incident: id });

    // And by another program in another language: one file beside the archive, no variable, no home.
    await run('tar', ['-xf', 'incident.tar'], { cwd: alone });
    await copyFile(process.env.FIREBREAK_TLOG_VERIFY ?? '', join(alone, 'tlog-verify'));
    const key = (await ada.ask<{ verifierKey: string }>('GET', `${at}/ledger`)).verifierKey;
    const other = await run(join(alone, 'tlog-verify'), ['file', '-vkey', key, '.'], { cwd: alone, env: {} });
    expect(JSON.parse(other.stdout)).toMatchObject({ ok: true });
    const { stdout: told } = await run('grep', ['-rlF', promoted.id, 'entries'], { cwd: alone });
    expect(told.trim().split('\n').length).toBeGreaterThan(8);
  },
  15 * minute,
);

/** Two persons, since a step may be drastic. */
async function approve(at: string, { digest }: Plan): Promise<void> {
  const first = await grace.ask<Execution>('POST', `${at}/approve`, { digest });
  if (first.state === 'waiting-approval') await ada.ask('POST', `${at}/approve`, { digest });
}

/** A row of today's users: most are let through by an honest version. */
function customer(): readonly number[] {
  const near = (middle: number) => middle + (Math.random() - 0.5);
  return [near(0.8), near(0.8), near(-1), near(0)];
}

/** Started by whoever works on it, approved by somebody who may, and followed to its end. */
async function canaryOf(incident: string): Promise<CanaryRun> {
  const started = await max.ask<CanaryRun>('POST', '/api/canaries', place.gateway.canary(incident, golden));
  expect(started).toMatchObject({ state: 'waiting-approval', approval: { needed: 1, given: [] } });
  const digest = started.approval?.digest;
  expect(await max.refused('POST', `/api/canaries/${started.id}/approve`, { digest })).toBe('403 FB-APPROVAL-REFUSED');
  await grace.ask('POST', `/api/canaries/${started.id}/approve`, { digest });
  return vi.waitFor(
    async () => {
      const now = await max.ask<CanaryRun>('GET', `/api/canaries/${started.id}`);
      if (!canaryEnds.includes(now.state)) throw new Error(`${now.state}: ${now.why}`);
      return now;
    },
    { timeout: 3 * minute, interval: 500 },
  );
}

const personal = ({ how, state }: RecoveryItem) => how === 'person' && state === 'open';

/** What an engineer does with a copy of a version: signature, files, and what the release says of it. @returns the digest over all */
async function inspect(at: string, version: string, folder: string): Promise<string> {
  const { release } = place;
  const bundle = await release.bundle(folder);
  const signal = new AbortController().signal;
  const signature = await verifyModel({
    model: folder,
    signature: Buffer.from(bundle),
    trust: trustInKey(release.publicKey),
    now: new Date(),
    signal,
  });
  expect(signature.verdict).toBe('verified');
  const digest = signature.statement?.root ?? '';
  const scan = await inspectFiles({ paths: [folder], allowed: [], perFile: 60_000, now: () => new Date(), signal });
  expect(scan.verdict).toBe('safe');
  const provenance = {
    buildDefinition: {
      buildType: `${builder}/train`,
      resolvedDependencies: [{ uri: 'git+https://git.example/acme/fraud.git' }],
    },
    runDetails: { builder: { id: builder } },
  };
  const evaluation = { evaluations: [{ name: 'golden', passed: true, metrics: { accuracy: 0.95 } }] };
  await max.ask('POST', `${at}/recovery/inspections`, {
    subject: `mlflow:RegisteredModel/${server}/${place.name}`,
    version,
    signature,
    scan,
    attestations: [
      JSON.parse(bundle),
      release.statement('https://slsa.dev/provenance/v1', digest, provenance),
      release.statement('https://firebreak.dev/evaluation/v1', digest, evaluation),
    ],
  });
  return digest;
}
