import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settableClock } from '../../kernel/settable-clock.ts';
import { cosignatureVerifier, cosigningOf } from '../cosignature.ts';
import { ephemeralSigner } from '../key.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import { type MemoryTransaction, memoryLedgerStore } from '../memory-store.ts';
import { type NoteVerifier, noteVerifier } from '../note.ts';
import { cosigner } from '../note-signer.ts';
import { parseWitnessAddress } from './ask-witness.ts';
import { memoryWitnessStore } from './memory-witness.case.ts';
import { createWitness, requestBody, type WitnessStore } from './witness.ts';
import { witnessFiles } from './witness-files.ts';

const clock = settableClock('2026-05-06T07:08:09.010Z');
const signer = ephemeralSigner('log.example/ours');
const log = noteVerifier(signer.verifierKey) as NoteVerifier;
let ledger: Ledger<MemoryTransaction>;
let other: Ledger<MemoryTransaction>;
const folders: string[] = [];

async function logOf(size: number, what: string) {
  const made = createLedger({ store: memoryLedgerStore(), signer, clock });
  const drafts = Array.from({ length: size }, (_, n) => ({ incident: null, kind: 'k', actor: 'a', body: { n, what } }));
  await made.append(drafts);
  return made;
}
beforeAll(async () => {
  [ledger, other] = await Promise.all([logOf(20, 'ours'), logOf(20, 'other')]);
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const seed = randomBytes(32);
function witnessOn(store: WitnessStore) {
  return createWitness({ cosigner: cosigner('witness.example/w', seed), logs: [log], store, clock });
}
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'firebreak-witness-'));
  folders.push(made);
  return made;
}
async function request(from: number, to: number, of = ledger): Promise<Buffer> {
  const proof = from === 0 || from >= to ? [] : await of.consistency(from, to);
  return Buffer.from(requestBody(from, proof, await of.checkpoint(to)));
}

describe.each(['memory', 'files'])('a witness that remembers in %s', (kind) => {
  const store = async () => (kind === 'memory' ? memoryWitnessStore() : witnessFiles(await folder()));

  test('cosigns what grows, with the time, and the same size again', async () => {
    const witness = witnessOn(await store());
    for (const [from, to] of [
      [0, 3],
      [3, 8],
      [8, 8],
      [8, 20],
    ] as const) {
      const { status, body } = await witness.addCheckpoint(await request(from, to));
      expect(status).toBe(200);
      const note = Buffer.from(`${await ledger.checkpoint(to)}${body}`);
      const verifier = cosignatureVerifier(witness.verifierKey) as NoteVerifier;
      expect(cosigningOf(note, verifier)).toEqual({ state: 'cosigned', at: new Date('2026-05-06T07:08:09Z') });
    }
  });

  test('refuses what the standard says, and forgets nothing by it', async () => {
    const witness = witnessOn(await store());
    expect((await witness.addCheckpoint(await request(0, 8))).status).toBe(200);
    const answers = [
      ['a rollback', await request(8, 5), 400, undefined],
      ['an old size that is not the last', await request(5, 12), 409, '8\n'],
      ['from nothing again', await request(0, 12), 409, '8\n'],
      ['another tree of the same size', await request(8, 8, other), 409, '8\n'],
      ['another history', await request(8, 12, other), 422, undefined],
      [
        'a proof that is none',
        Buffer.from(requestBody(8, [randomBytes(32)], await ledger.checkpoint(12))),
        422,
        undefined,
      ],
    ] as const;
    for (const [what, body, status, text] of answers) {
      const answer = await witness.addCheckpoint(body);
      expect(answer.status, what).toBe(status);
      if (text !== undefined) expect(answer, what).toMatchObject({ body: text, type: 'text/x.tlog.size' });
    }
    expect((await witness.addCheckpoint(await request(8, 12))).status).toBe(200);
  });
});

test('strangers: a log that is not known, a known name with another key, and noise', async () => {
  const witness = witnessOn(memoryWitnessStore());
  const noteBy = async (name: string) =>
    createLedger({ store: memoryLedgerStore(), signer: ephemeralSigner(name), clock }).checkpoint(0);
  const of = async (name: string) => Buffer.from(requestBody(0, [], await noteBy(name)));
  expect((await witness.addCheckpoint(await of('log.example/other'))).status).toBe(404);
  expect((await witness.addCheckpoint(await of(signer.name))).status).toBe(403);
  const good = (await request(0, 8)).toString();
  for (const bad of [
    '',
    'old 0',
    good.replace('old 0', 'old 00'),
    good.replace('old 0', 'old -1'),
    `${good}${'x'.repeat(200_000)}`,
  ]) {
    expect((await witness.addCheckpoint(Buffer.from(bad))).status).toBe(400);
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
      expect([400, 404]).toContain((await witness.addCheckpoint(noise)).status);
    }),
  );
});

test('two processes on one folder never cosign two successors', async () => {
  const shared = await folder();
  const [one, two] = [witnessOn(witnessFiles(shared)), witnessOn(witnessFiles(shared))];
  expect((await one.addCheckpoint(await request(0, 3))).status).toBe(200);
  expect((await two.addCheckpoint(await request(3, 3))).status).toBe(200);
  const both = await Promise.all([one.addCheckpoint(await request(3, 8)), two.addCheckpoint(await request(3, 9))]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const [won] = both.flatMap(({ status }, at) => (status === 200 ? [at === 0 ? 8 : 9] : []));
  expect(both.find(({ status }) => status === 409)?.body).toBe(`${won}\n`);
  expect((await readdir(shared)).filter((name) => name.includes('.after-'))).toHaveLength(2);
  // who starts anew knows it as well
  expect((await witnessOn(witnessFiles(shared)).addCheckpoint(await request(0, 3))).body).toBe(`${won}\n`);
});

test('an address is a key of a witness and https, or http on this machine', () => {
  const { verifierKey } = cosigner('witness.example/w', seed);
  expect(parseWitnessAddress(`${verifierKey}=https://w.example/x/`)).toMatchObject({ url: 'https://w.example/x' });
  expect(parseWitnessAddress(`${verifierKey}=http://127.0.0.1:7448`)?.verifier.name).toBe('witness.example/w');
  for (const bad of [
    verifierKey,
    `${verifierKey}=http://w.example`,
    `${verifierKey}=https://user:word@w.example`,
    `${verifierKey}=file:///etc/passwd`,
    `${signer.verifierKey}=https://w.example`,
  ]) {
    expect(parseWitnessAddress(bad), bad).toBeUndefined();
  }
});
