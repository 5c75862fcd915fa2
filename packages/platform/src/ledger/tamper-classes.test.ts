/**
 * The eight classes of tampering that the evidence must survive, each from two sides: somebody who has the file, and the
 * owner of the log, who has its key as well and can write any history anew. For each the file is really forged, and what
 * catches it is looked at in the report. The table is printed.
 */
import type { LedgerDraft } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { type EvidenceRequest, exportEvidence } from './evidence-export.ts';
import { type VerifyOptions, verifyEvidence } from './evidence-verify.ts';
import { ephemeralSigner } from './key.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type MemoryTransaction, memoryLedgerStore } from './memory-store.ts';
import { type NoteSigner, type NoteVerifier, noteVerifier } from './note.ts';
import { bytesOf, forged, inPieces, type Members, unpacked } from './testing/archive.case.ts';
import { memoryWitness, shownTo, witnessed } from './witness/memory-witness.case.ts';
import type { Witness } from './witness/witness.ts';

type Log = Ledger<MemoryTransaction>;

const signer = ephemeralSigner('log.example/ours');
const day = '2026-05-06T07:00:00.000Z';
const verifierOf = ({ verifierKey }: NoteSigner) => noteVerifier(verifierKey) as NoteVerifier;

interface Honest {
  readonly clock: ReturnType<typeof settableClock>;
  readonly ledger: Log;
  readonly witness: Witness;
  /** A checkpoint that a reader has kept since before the incident ended. */
  readonly earlier: Buffer;
  readonly file: Buffer;
}
let honest: Honest;

/** Entry n of a history; the awkward one is what a forger wants gone. */
const draft = (n: number, what = n === 4 ? 'the awkward part' : 'routine'): LedgerDraft => ({
  incident: n === 2 ? 'inc_theirs' : 'inc_ours',
  kind: 'step.applied',
  actor: 'worker:w1',
  body: { n, what },
});
const history = [0, 1, 2, 3, 4, 5].map((n) => draft(n));
const document = { name: 'report.html', mediaType: 'text/html', bytes: Buffer.from('<p>what happened</p>') };

function newLog(by: NoteSigner, clock = settableClock(day)): { ledger: Log; clock: typeof clock } {
  return { ledger: createLedger({ store: memoryLedgerStore(), signer: by, clock }), clock };
}
async function write(ledger: Log, clock: Honest['clock'], drafts: readonly LedgerDraft[]): Promise<void> {
  for (const each of drafts) {
    const before = await ledger.putBlob('before.json', 'application/json', Buffer.from(JSON.stringify(each.body)));
    await ledger.append([{ ...each, blobs: [before] }]);
    clock.advance(60_000);
  }
}
function exported(ledger: Log, witness: Witness, more: Partial<EvidenceRequest<MemoryTransaction>> = {}) {
  const vouchers = witnessed(witness, (oldSize, size) => ledger.consistency(oldSize, size));
  const request = { ledger, incident: 'inc_ours', actor: 'ada', documents: [document], vouchers, ...more };
  return exportEvidence(request);
}
/** Another history under some key, shown to the witness that has seen the honest one, and exported. */
async function otherHistory(drafts: readonly LedgerDraft[], by = signer, start = day): Promise<Buffer> {
  const { ledger, clock } = newLog(by, settableClock(start));
  await write(ledger, clock, drafts);
  return bytesOf(exported(ledger, honest.witness));
}

beforeAll(async () => {
  const { ledger, clock } = newLog(signer);
  const witness = memoryWitness('witness.example/w', [verifierOf(signer)], clock);
  await write(ledger, clock, history.slice(0, 3));
  const earlier = await ledger.checkpoint();
  await shownTo(witness, earlier, (oldSize) => ledger.consistency(oldSize, 3));
  await write(ledger, clock, history.slice(3));
  const file = await bytesOf(exported(ledger, witness, { since: [3] }));
  honest = { clock, ledger, witness, earlier: Buffer.from(earlier), file };
});

/** What each reader holds beside the file. */
const readers = {
  'nothing but the file': (): VerifyOptions => ({}),
  'the key': (): VerifyOptions => ({ verifierKey: signer.verifierKey }),
  'key and witness': (): VerifyOptions => ({
    verifierKey: signer.verifierKey,
    witnesses: [honest.witness.verifierKey],
  }),
  'key and an earlier checkpoint': (): VerifyOptions => ({
    verifierKey: signer.verifierKey,
    earlier: honest.earlier,
  }),
} as const;
type Reader = keyof typeof readers;
const whole = ['nothing but the file', 'the key', 'key and witness', 'key and an earlier checkpoint'] as const;

async function failedFor(file: Buffer, reader: Reader): Promise<string[]> {
  const report = await verifyEvidence(inPieces(file), readers[reader]());
  return report.checks.filter(({ ok }) => !ok).map(({ check }) => check);
}

async function fileMembers(): Promise<Members> {
  return unpacked(honest.file);
}
const entry = (n: number) => `entries/${n}.json`;

interface Attack {
  readonly class: string;
  readonly by: 'a holder of the file' | 'the owner of the log';
  readonly does: string;
  readonly forge: () => Promise<Buffer>;
  /** The reader who must see it, and the check that says so. */
  readonly caught: Readonly<Partial<Record<Reader, string>>>;
}
const check = {
  key: 'the verifier key in the file',
  since: 'the log still begins with what the earlier checkpoint signed',
  witnesses: 'a second party has seen the checkpoint',
  tiles: 'every log tile is part of the signed tree',
  inclusion: 'every entry is in the signed tree, unchanged, at its place',
  times: 'the times of the entries do not contradict each other or the second parties',
  end: 'the last entry is that of the export, and nothing was cut off',
  documents: 'every document is the one that the last entry names',
  blobs: 'every file that an entry names is there, unchanged, and no other',
};
const byWitnessOrMemory = {
  'nothing but the file': check.witnesses,
  'key and witness': check.witnesses,
  'key and an earlier checkpoint': check.since,
};

const attacks: readonly Attack[] = [
  {
    class: 'tail truncation',
    by: 'a holder of the file',
    does: 'cuts the last entries off and writes the manifest anew',
    forge: async () => {
      const members = await fileMembers();
      for (const n of [5, 6]) {
        members.delete(entry(n));
        members.delete(`proofs/${n}.tlog-proof`);
      }
      return forged(members);
    },
    caught: { 'nothing but the file': check.end, 'the key': check.end },
  },
  {
    class: 'tail truncation',
    by: 'the owner of the log',
    does: 'exports from a log that ends before the awkward part',
    forge: () => otherHistory(history.slice(0, 2)),
    caught: byWitnessOrMemory,
  },
  {
    class: 'rewrite',
    by: 'a holder of the file',
    does: 'edits an entry',
    forge: async () => {
      const members = await fileMembers();
      const record = members.get(entry(4))?.toString() ?? '';
      members.set(entry(4), Buffer.from(record.replace('the awkward part', 'routine')));
      return forged(members);
    },
    caught: { 'nothing but the file': check.inclusion, 'the key': check.inclusion },
  },
  {
    class: 'rewrite',
    by: 'the owner of the log',
    does: 'writes the log anew from the first entry on, and signs it',
    forge: () => otherHistory(history.map((one, n) => (n === 1 ? draft(1, 'something else') : one))),
    caught: byWitnessOrMemory,
  },
  {
    class: 'reorder',
    by: 'a holder of the file',
    does: 'exchanges two entries',
    forge: async () => {
      const members = await fileMembers();
      const [three, four] = [members.get(entry(3)), members.get(entry(4))];
      if (three === undefined || four === undefined) throw new Error('no such entries');
      members.set(entry(3), four).set(entry(4), three);
      return forged(members);
    },
    caught: { 'nothing but the file': check.inclusion, 'the key': check.inclusion },
  },
  {
    class: 'reorder',
    by: 'the owner of the log',
    does: 'writes the same entries in another order, and signs it',
    forge: () => otherHistory([1, 0, 2, 3, 4, 5].map((n) => draft(n))),
    caught: byWitnessOrMemory,
  },
  {
    class: 'fork',
    by: 'a holder of the file',
    does: 'puts checkpoint and proofs of another branch in',
    forge: async () => {
      const branch = await unpacked(await otherHistory([...history.slice(0, 5), draft(5, 'other')]));
      const members = await fileMembers();
      for (const [path, bytes] of branch) {
        if (path === 'checkpoint' || path.startsWith('proofs/')) members.set(path, bytes);
      }
      return forged(members);
    },
    caught: { 'nothing but the file': check.inclusion, 'the key': check.tiles },
  },
  {
    class: 'fork',
    by: 'the owner of the log',
    does: 'keeps a second log that begins alike, for this reader alone',
    forge: () => otherHistory([...history.slice(0, 2), draft(2, 'other'), ...history.slice(3, 4), draft(5)]),
    caught: byWitnessOrMemory,
  },
  {
    class: 'replay',
    by: 'a holder of the file',
    does: 'hands out a true file of an earlier day as the present one',
    forge: async () => {
      const { ledger, clock } = newLog(signer);
      await write(ledger, clock, history.slice(0, 1));
      // true when it was made: the witness of that day has seen it
      const then = memoryWitness('witness.example/w', [verifierOf(signer)], clock);
      return bytesOf(exported(ledger, then));
    },
    caught: { 'key and an earlier checkpoint': check.since },
  },
  {
    class: 'replay',
    by: 'the owner of the log',
    does: 'puts the cosignature of the true checkpoint under another one',
    forge: async () => {
      const members = await unpacked(await otherHistory(history.slice(0, 4)));
      const true_ = (await fileMembers()).get('checkpoint')?.toString() ?? '';
      const line = /^— witness\.example\/w .*\n/m.exec(true_)?.[0] ?? '';
      const own = members.get('checkpoint')?.toString() ?? '';
      for (const [path, bytes] of members) {
        if (path === 'checkpoint' || path.startsWith('proofs/')) {
          members.set(path, Buffer.from(bytes.toString().replace(own, `${own}${line}`)));
        }
      }
      return forged(members);
    },
    caught: { 'nothing but the file': check.witnesses, 'key and witness': check.witnesses },
  },
  {
    class: 'clock games',
    by: 'the owner of the log',
    does: 'sets the clock back by months, so that the response seems prompt, and has it cosigned today',
    forge: async () => {
      const { ledger, clock } = newLog(signer, settableClock('2026-01-06T07:00:00.000Z'));
      await write(ledger, clock, history);
      const today = memoryWitness('witness.example/w', [verifierOf(signer)], honest.clock);
      return bytesOf(exported(ledger, today));
    },
    caught: { 'nothing but the file': check.times, 'the key': check.times },
  },
  {
    class: 'clock games',
    by: 'the owner of the log',
    does: 'sets the clock back for some entries',
    forge: async () => {
      const { ledger, clock } = newLog(signer);
      await write(ledger, clock, history.slice(0, 3));
      clock.advance(-86_400_000);
      await write(ledger, clock, history.slice(3));
      // and right again before anybody else looks
      clock.advance(86_400_000);
      const then = memoryWitness('witness.example/w', [verifierOf(signer)], clock);
      return bytesOf(exported(ledger, then));
    },
    caught: { 'nothing but the file': check.times, 'the key': check.times },
  },
  {
    class: 'key swap',
    by: 'a holder of the file',
    does: 'makes a log of his own under the same name, with a key and a witness of his own',
    forge: async () => {
      const own = ephemeralSigner(signer.name);
      const { ledger, clock } = newLog(own);
      await write(ledger, clock, history.slice(0, 4));
      return bytesOf(exported(ledger, memoryWitness('witness.example/w', [verifierOf(own)], clock)));
    },
    caught: {
      'the key': check.key,
      'key and witness': check.witnesses,
      'key and an earlier checkpoint': check.since,
    },
  },
  {
    class: 'blob swap',
    by: 'a holder of the file',
    does: 'exchanges the contents of two blobs',
    forge: async () => {
      const members = await fileMembers();
      const [one = '', other = ''] = [...members.keys()].filter((path) => path.startsWith('blobs/'));
      const [a, b] = [members.get(one), members.get(other)];
      if (a === undefined || b === undefined) throw new Error('no two blobs');
      members.set(one, b).set(other, a);
      return forged(members);
    },
    caught: { 'nothing but the file': check.blobs, 'the key': check.blobs },
  },
  {
    class: 'blob swap',
    by: 'a holder of the file',
    does: 'puts another report in',
    forge: async () => {
      const members = await fileMembers();
      members.set('documents/report.html', Buffer.from('<p>nothing happened</p>'));
      return forged(members);
    },
    caught: { 'nothing but the file': check.documents, 'the key': check.documents },
  },
];

test.each(whole)('the honest file verifies for who holds %s', async (reader) => {
  expect(await failedFor(honest.file, reader)).toEqual([]);
});

const table: string[] = [];
const caughtClasses = new Set<string>();
test.each(attacks.map((attack) => [attack.class, attack.by, attack.does, attack] as const))(
  '%s by %s, who %s',
  async (_class, _by, _does, attack) => {
    const file = await attack.forge();
    for (const [reader, by] of Object.entries(attack.caught)) {
      expect(await failedFor(file, reader as Reader), reader).toContain(by);
      table.push(`${attack.class.padEnd(16)}| ${attack.by.padEnd(21)}| ${reader.padEnd(30)}| ${by}`);
    }
    caughtClasses.add(attack.class);
  },
);

test('a history rewritten by the owner passes for who holds nothing else: that is what second parties are for', async () => {
  const { ledger, clock } = newLog(signer);
  await write(ledger, clock, history.slice(0, 2));
  const file = await bytesOf(exportEvidence({ ledger, incident: 'inc_ours', actor: 'ada' }));
  expect(await failedFor(file, 'the key')).toEqual([]);
  expect(await failedFor(file, 'key and witness')).toEqual([check.witnesses]);
});

afterAll(() => {
  const classes = new Set(attacks.map((attack) => attack.class));
  console.log(
    ['class           | forged by            | the reader holds              | caught by', ...table].join('\n'),
    `\ncaught: ${caughtClasses.size} of ${classes.size} classes`,
  );
  expect(caughtClasses.size).toBe(8);
});
