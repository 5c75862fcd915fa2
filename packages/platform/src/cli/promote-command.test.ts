import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromotionDecision } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { signStatement, statementKeyFromPem } from '../promotion/attestations/envelope.ts';
import { approvalType } from '../promotion/findings/approvals.ts';
import { evaluationType } from '../promotion/findings/evaluations.ts';
import { provenanceType } from '../promotion/findings/provenance.ts';
import { run as runIn } from './testing/run.ts';

async function run(...argv: string[]) {
  const { out, err, exit } = await runIn(world, argv);
  return { stdout: out, stderr: err, code: exit };
}

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);
const pem = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    public: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
};
const release = pem();
const lin = pem();
const stranger = pem();

/** A safetensors file without a tensor. */
function safetensors(): Buffer {
  const header = Buffer.from('{"__metadata__":{"format":"pt"}}');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-promote-'));
  mkdirSync(at('model'));
  writeFileSync(at('model', 'weights.safetensors'), safetensors());
  writeFileSync(at('release.pem'), release.private);
  writeFileSync(at('release.pub'), release.public);
  writeFileSync(
    at('trust.json'),
    JSON.stringify({
      signers: [
        { name: 'ml-release', key: 'release.pub', may: ['sign', 'provenance', 'evaluate', 'vouch'] },
        { name: 'lin', key: lin.public, may: ['approve'], role: 'approver' },
      ],
      builders: [{ id: 'https://builder.example/ml', slsaLevel: 3, signer: 'ml-release' }],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const promote = (...more: string[]) =>
  run('gate', 'promote', at('model'), '--stage', 'production', '--trust', at('trust.json'), '--json', ...more);

function attest(name: string, predicateType: string, predicate: object, digest: string, key = release.private): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'churn', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate,
  };
  writeFileSync(at(name), JSON.stringify(signStatement(statement, statementKeyFromPem(key))));
  return at(name);
}

const states = (decision: PromotionDecision) =>
  Object.fromEntries(decision.requirements.map(({ id, state }) => [id, state]));

test('nothing but files: every requirement is told, with what to do, and the exit code is 1', async () => {
  const { stdout, code } = await promote();
  const decision = JSON.parse(stdout) as PromotionDecision;
  expect(code).toBe(1);
  expect(decision.request.subject.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(states(decision)).toEqual({
    'by-digest': 'met',
    signed: 'missing',
    'scanned-safe': 'met',
    'not-unsafe': 'met',
    'built-by-known-builder': 'missing',
    'lineage-complete': 'missing',
    evaluated: 'missing',
    approved: 'missing',
    'no-open-incident': 'missing',
    'recovery-signed-off': 'met',
  });
  for (const { state, next } of decision.requirements) expect(next === '').toBe(state === 'met');
});

test('signed, built, evaluated and approved by those who may: only what a server knows is left', async () => {
  const signed = await run(
    'model',
    'sign',
    at('model'),
    '--key',
    at('release.pem'),
    '--signature',
    at('model', 'model.sig'),
    '--json',
  );
  const digest = `sha256:${(JSON.parse(signed.stdout) as { root: string }).root}`;
  const provenance = {
    buildDefinition: {
      buildType: 'https://builder.example/train/v1',
      externalParameters: {},
      resolvedDependencies: [{ uri: 'git+https://git.example/ml/churn', digest: { gitCommit: 'ab'.repeat(20) } }],
    },
    runDetails: { builder: { id: 'https://builder.example/ml' } },
  };
  const evaluation = { evaluations: [{ name: 'golden', passed: true, metrics: { accuracy: 0.93 } }] };
  const approval = { stage: 'production', at: '2026-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
  const given = [
    '--signature',
    at('model', 'model.sig'),
    '--attestation',
    attest('provenance.json', provenanceType, provenance, digest),
    '--attestation',
    attest('evaluation.json', evaluationType, evaluation, digest),
    '--attestation',
    attest('approval.json', approvalType, approval, digest, lin.private),
  ];
  const { stdout, code } = await promote(...given, '--record', at('record.json'));
  const decision = JSON.parse(stdout) as PromotionDecision;
  expect(code).toBe(1);
  expect(decision.requirements.flatMap(({ id, state }) => (state === 'met' ? [] : [`${id} ${state}`]))).toEqual([
    'lineage-complete missing',
    'no-open-incident missing',
  ]);
  const staging = await run(
    'gate',
    'promote',
    at('model'),
    '--stage',
    'staging',
    '--trust',
    at('trust.json'),
    ...given,
  );
  expect(staging.stdout).toContain('no-open-incident');
  writeFileSync(
    at('offline.cedar'),
    `@id("offline") @replaces("no-open-incident") @what("x") @next("y")
    forbid (principal, action == Firebreak::Action::"promote", resource) when { false };`,
  );
  const offline = ['--policy', at('offline.cedar')];
  const allowed = await run(
    'gate',
    'promote',
    at('model'),
    '--stage',
    'staging',
    '--trust',
    at('trust.json'),
    ...given,
    ...offline,
  );
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toContain('ALLOW');

  const again = await run('gate', 'replay', at('record.json'));
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('SAME') });
  const record = JSON.parse(readFileSync(at('record.json'), 'utf8'));
  record.findings.approvals.given[0].role = 'intern';
  writeFileSync(at('forged.json'), JSON.stringify(record));
  const forged = await run('gate', 'replay', at('forged.json'));
  expect(forged.code).toBe(1);
  expect(forged.stdout).toContain('The findings are not those that were decided on.');

  // Each a lie: signed by somebody who may not, by nobody who is known, about something else.
  const lies = [
    attest('lie-1.json', provenanceType, provenance, digest, lin.private),
    attest('lie-2.json', evaluationType, evaluation, digest, stranger.private),
    attest('lie-3.json', approvalType, approval, `sha256:${'0'.repeat(64)}`, lin.private),
    attest('lie-4.json', approvalType, { ...approval, until: '2026-02-01T00:00:00Z' }, digest, lin.private),
  ].flatMap((file) => ['--attestation', file]);
  const lied = JSON.parse(
    (await promote('--signature', at('model', 'model.sig'), ...lies)).stdout,
  ) as PromotionDecision;
  expect(states(lied)).toMatchObject({
    signed: 'met',
    'built-by-known-builder': 'missing',
    evaluated: 'missing',
    approved: 'missing',
  });
  const words = lied.requirements.map(({ why }) => why).join('\n');
  expect(words).toContain('lin signed one, and is not trusted to (provenance)');
  expect(words).toContain('No signer that the trust file names has signed it');
  expect(words).toContain('One is about another artifact');
  expect(words).toContain('The approval of lin has ended');
});

test('an unsafe file and a changed one are refused, and SARIF says where', async () => {
  writeFileSync(at('model', 'extra.pkl'), Buffer.from('cos\nsystem\n(S"id"\ntR.'));
  const { stdout, code } = await promote('--signature', at('model', 'model.sig'), '--sarif');
  const { runs } = JSON.parse(stdout) as { runs: { results: { ruleId: string; message: { text: string } }[] }[] };
  expect(code).toBe(1);
  const of = (rule: string) => runs[0]?.results.find(({ ruleId }) => ruleId === `promotion/${rule}`)?.message.text;
  expect(of('signed')).toContain('FB-SIGNATURE-MISMATCH');
  expect(of('scanned-safe')).toContain('os.system');
});

test.each([
  [['gate', 'promote', '/nowhere', '--stage', 'production'], 2],
  [['gate', 'promote', '/nowhere', '--stage', 'production', '--policy', '/nowhere.cedar'], 2],
  [['gate', 'promote', '/nowhere'], 2],
  [['gate', 'replay', '/nowhere'], 2],
])('%j is a mistake of the caller', async (argv, code) => {
  expect((await run(...argv)).code).toBe(code);
});
