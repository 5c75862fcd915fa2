import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recoveryStatement } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../http/client.ts';
import { loadOrCreateSigner } from '../../ledger/key.ts';
import { signStatement, statementKeyFromPem, statementKeyOfLedger } from '../../promotion/attestations/envelope.ts';
import { replay } from '../../promotion/replay.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openTarget } from '../targets.ts';
import { serveStation } from '../testing/served-station.case.ts';

const signal = new AbortController().signal;
const digest = `sha256:${'a1'.repeat(32)}`;
const node = 'kubernetes:InferenceService.serving.kserve.io/ml/churn';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
let folder: string;
let station: Station;
let database: Awaited<ReturnType<typeof testServer>>;
let close: () => Promise<void>;
const clients = new Map<string, Client>();
const as = (role: string) => clients.get(role) as Client;

const service = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'churn', namespace: 'ml' },
  spec: { predictor: { model: { modelFormat: { name: 'onnx' }, storageUri: 's3://models/churn/7' } } },
};

const repository = {
  full_name: 'acme/models',
  html_url: 'https://github.com/acme/models',
  default_branch: 'main',
  private: true,
  owner: { login: 'acme', type: 'Organization' },
};
const headCommit = (digit: string) => ({
  sha: digit.repeat(40),
  commit: {
    message: 'A change',
    committer: { date: '2026-11-21T00:00:00Z' },
    verification: {
      verified: true,
      reason: 'valid',
      signature: '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----',
      payload: 'tree x',
    },
  },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-decide-'));
  mkdirSync(join(folder, 'data', 'promotion'), { recursive: true });
  mkdirSync(join(folder, 'cluster'));
  writeFileSync(join(folder, 'cluster', 'service.json'), JSON.stringify(service));
  // Answers of GitHub as somebody saved them: a branch whose head carries a signature that is none.
  const saved = join(folder, 'github', 'repos', 'acme', 'models', 'branches');
  mkdirSync(saved, { recursive: true });
  writeFileSync(join(folder, 'github', 'repos', 'acme', 'models.json'), JSON.stringify(repository));
  writeFileSync(join(saved, 'main.json'), JSON.stringify({ name: 'main', protected: false, commit: headCommit('a') }));
  const ledger = await loadOrCreateSigner(join(folder, 'data', 'keys'));
  const trust = {
    signers: [
      { name: 'ml-release', key: keys.publicKey.export({ type: 'spki', format: 'pem' }), may: ['sign', 'evaluate'] },
      { name: 'firebreak', ledgerKey: ledger.verifierKey, may: ['recover'] },
    ],
  };
  writeFileSync(join(folder, 'data', 'promotion', 'trust.json'), JSON.stringify(trust));
  database = await testServer();
  const specs = [`kubernetes:${join(folder, 'cluster')}`, `github:${join(folder, 'github')}`];
  const target = await openTarget(specs, signal);
  station = await openStation({ data: join(folder, 'data'), database: await database.database(), target });
  const served = await serveStation(station);
  close = () => served.close();
  for (const role of ['viewer', 'responder', 'approver'] as const) clients.set(role, await served.as(role));
}, 120_000);

afterAll(async () => {
  await close?.();
  await station?.close();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const subject = { kind: 'model' as const, name: 'churn/7', digest, node };
const statement = (predicateType: string, predicate: object) =>
  signStatement(
    {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'churn', digest: { sha256: digest.slice('sha256:'.length) } }],
      predicateType,
      predicate,
    },
    statementKeyFromPem(pem),
  );
const stateOf = async (id: string, attestations: readonly unknown[] = []) => {
  const body = { subject, stage: 'production', attestations: [...attestations] };
  const { decision } = await as('responder').call('decidePromotion', { body }, signal);
  return decision.requirements.find((each) => each.id === id)?.state;
};

test('a decision is written to the ledger with all that it stood on, and comes out the same when it is made again', async () => {
  const signed = statement('https://model_signing/signature/v1.0', {});
  const body = { subject, stage: 'production', attestations: [signed] };
  const made = await as('responder').call('decidePromotion', { body }, signal);
  expect(made.decision.decision).toBe('deny');
  expect(made.decision.requirements.find(({ id }) => id === 'signed')).toMatchObject({ state: 'met' });
  expect(made.decision.requirements.find(({ id }) => id === 'no-open-incident')).toMatchObject({ state: 'met' });
  const kept = await as('viewer').call('promotion', { params: { id: made.id } }, signal);
  expect(kept).toEqual(made);
  expect(await replay(kept)).toMatchObject({ same: true, differences: [] });
  const size = await station.ledger.size();
  const tried = await as('responder').call('decidePromotion', { body: { ...body, dryRun: true } }, signal);
  expect(tried.decision.findingsDigest).toBe(made.decision.findingsDigest);
  expect(await station.ledger.size()).toBe(size);
  const { records } = await as('viewer').call('promotions', { query: { subject: node } }, signal);
  expect(records.map(({ id }) => id)).toEqual([made.id]);
});

test('an approval counts for its digest and stage, and only approvers give one', async () => {
  expect(await stateOf('approved')).toBe('missing');
  const body = { digest, stage: 'production', note: 'looked at it' };
  await expect(as('responder').call('approvePromotion', { body }, signal)).rejects.toMatchObject({
    code: 'FB-AUTH-FORBIDDEN',
  });
  await as('approver').call('approvePromotion', { body: { ...body, stage: 'staging' } }, signal);
  expect(await stateOf('approved')).toBe('missing');
  await as('approver').call('approvePromotion', { body }, signal);
  expect(await stateOf('approved')).toBe('met');
  const query = { kind: 'model' as const, name: 'churn/7', digest, node, stage: 'production' };
  const around = await as('viewer').call('promotionSurroundings', { query }, signal);
  expect(around).toMatchObject({ approvals: [{ by: 'approver person', role: 'approver' }], incidents: { open: [] } });
});

test('the same question in the words of AuthZEN', async () => {
  const answer = await as('responder').call(
    'evaluateAccess',
    {
      body: {
        subject: { type: 'pipeline', id: 'ci' },
        action: { name: 'promote' },
        resource: { type: 'model', id: 'churn/7', properties: { digest } },
        context: { stage: 'production' },
      },
    },
    signal,
  );
  expect(answer).toMatchObject({
    decision: false,
    context: { reason_user: { en: expect.stringContaining('signed') } },
  });
});

test('an open incident holds it back; once it is over, the attestation of recovery lets it through', async () => {
  const { id } = await station.incidents.open({
    title: 'It was taken over',
    compromised: [node],
    protect: 'default',
    by: 'ada',
  });
  expect(await stateOf('no-open-incident')).toBe('failed');
  const ask = {
    subject: { ...subject, byDigest: true },
    stage: 'staging',
    face: 'recovery' as const,
    by: { name: 'ada', role: 'responder' },
    incident: id,
    attestations: [statement('https://model_signing/signature/v1.0', {})],
  };
  await expect(station.gate.mustAllow(ask, signal)).rejects.toMatchObject({
    code: 'FB-PROMOTION-DENIED',
    detail: { requirements: expect.arrayContaining([expect.objectContaining({ id: 'no-open-incident' })]) },
  });
  const kinds: string[] = [];
  for await (const { entry } of station.ledger.entries(id)) kinds.push(entry.kind);
  expect(kinds).toContain('promotion.decided');

  const at = new Date().toISOString();
  const attested = recoveryStatement([{ name: 'churn', digest: { sha256: digest.slice('sha256:'.length) } }], {
    incident: id,
    board: { sha256: '0'.repeat(64) },
    steps: [{ id: 'rotate', title: 'Keys rotated', state: 'done', at, by: 'ada' }],
    signedOffBy: [{ name: 'lin', role: 'approver', at }],
    at,
  });
  const signer = await loadOrCreateSigner(join(folder, 'data', 'keys'));
  const ours = signStatement(attested, statementKeyOfLedger(signer));
  // Somebody else's key may sign models, and no recovery.
  const theirs = signStatement(attested, statementKeyFromPem(pem));
  const found = async (envelope: object) =>
    (await station.gate.decide({ ...ask, attestations: [envelope] }, signal)).findings.recovery;
  expect(await found(ours)).toMatchObject({ state: 'read', incidents: [id], signedOffBy: ['lin'] });
  expect(await found(theirs)).toMatchObject({
    state: 'absent',
    why: expect.stringContaining('not trusted to (recover)'),
  });
});

test('channels: the head of a branch, its signature, and commits that were brought along', async () => {
  const channel = 'github:Branch/github.com/acme/models/main';
  const since = '2026-11-20T00:00:00Z';
  const audit = (commits: readonly object[] = []) =>
    as('viewer').call('channelAudit', { body: { since, commits: [...commits] } }, signal);
  const before = await audit();
  const row = before.rows.find((each) => each.channel === channel);
  expect(row).toMatchObject({ kind: 'branch', value: 'a'.repeat(40), state: 'moved', signature: 'refused' });
  // Saved answers tell of no commits since then, and nobody may take that for none.
  expect(before.completeness).toMatchObject({
    answer: 'limited',
    reasons: expect.arrayContaining([expect.objectContaining({ where: 'acme/models@main' })]),
  });
  await as('approver').call('approveChannel', { body: { channel, value: 'a'.repeat(40), note: 'as read' } }, signal);
  const after = await audit([headCommit('b'), headCommit('b')]);
  expect(after.rows.find((each) => each.channel === channel)).toMatchObject({ state: 'as-approved' });
  expect(after.rows.filter((each) => each.channel === `git:${'b'.repeat(40)}`)).toMatchObject([
    { signature: 'refused' },
  ]);
});

test('channels: what is approved stays approved until it moves', async () => {
  const audit = () => as('viewer').call('channelAudit', { body: { since: new Date().toISOString() } }, signal);
  const before = await audit();
  const row = before.rows.find(({ channel }) => channel === node);
  expect(row).toMatchObject({ state: 'not-approved', value: 's3://models/churn/7' });
  const body = { channel: node, value: 's3://models/churn/7', note: 'as released' };
  await as('approver').call('approveChannel', { body }, signal);
  expect((await audit()).rows.find(({ channel }) => channel === node)?.state).toBe('as-approved');
  const moved = {
    ...service,
    spec: { predictor: { model: { modelFormat: { name: 'onnx' }, storageUri: 's3://evil/churn' } } },
  };
  writeFileSync(join(folder, 'cluster', 'service.json'), JSON.stringify(moved));
  await station.field?.holder.collect(signal);
  const after = await audit();
  expect(after.rows[0]).toMatchObject({
    channel: node,
    state: 'moved',
    value: 's3://evil/churn',
    approved: { by: 'approver person' },
  });
  expect(after.counts.moved).toBe(1);
});
