/**
 * The ledger beside what a team would use instead: durable entries a second, in batches and by many small callers, and
 * verified entries a second. In the same run and on the same server an append-only table whose triggers chain the rows, and
 * two npm packages: a hash-chained audit log, and the signed append-only log that people build on.
 *
 *     npm run bench:ledger [entries]
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerDraft } from '@firebreak/contract';
import pg from 'pg';
import { systemClock } from '../packages/platform/src/kernel/clock.ts';
import { CompactRange } from '../packages/platform/src/ledger/compact-range.ts';
import { exportEvidence } from '../packages/platform/src/ledger/evidence-export.ts';
import { verifyEvidence } from '../packages/platform/src/ledger/evidence-verify.ts';
import { hashLeaves } from '../packages/platform/src/ledger/hash-many.ts';
import { ephemeralSigner } from '../packages/platform/src/ledger/key.ts';
import { createLedger } from '../packages/platform/src/ledger/ledger.ts';
import { hashLeaf, verifyInclusion } from '../packages/platform/src/ledger/merkle.ts';
import { openStorage } from '../packages/platform/src/storage/storage.ts';
import { testServer } from '../packages/platform/src/storage/test-database.ts';
import { clearMemory, median, printTable, times } from './measure.ts';
import { type AuditLog, openAuditLog } from './peers/audit-log.ts';
import { openHypercore, type SignedLog } from './peers/hypercore.ts';

const entries = Number(process.argv[2] ?? 100_000);
const runs = 3;
const batch = 20_000;

const draft = (n: number): LedgerDraft => ({
  incident: null,
  kind: 'step.applied',
  actor: 'worker:w1',
  body: { n, target: `kubernetes:Deployment/ml-serving/predictor-${n}`, outcome: 'done' },
});
const batches = Array.from({ length: Math.ceil(entries / batch) }, (_, at) =>
  Array.from({ length: Math.min(batch, entries - at * batch) }, (_, n) => draft(at * batch + n)),
);

const server = await testServer();
const storage = await openStorage({ url: await server.database() });
const admin = new pg.Pool({ connectionString: await server.database(), max: 8 });
const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-ledger-'));
const signer = ephemeralSigner('bench.example/ledger');
const ledger = createLedger({ store: storage.ledgerStore, signer, clock: systemClock });
await admin.query(`
  create table audit (id bigint primary key, at timestamptz not null, actor text not null, kind text not null, body text not null,
    previous bytea not null, hash bytea not null);
  create function chain() returns trigger language plpgsql as $$
    declare last audit;
    begin
      select * into last from audit order by id desc limit 1;
      new.id := coalesce(last.id, 0) + 1; new.previous := coalesce(last.hash, '');
      new.hash := sha256(new.previous || convert_to(new.id || new.at::text || new.actor || new.kind || new.body, 'UTF8'));
      return new;
    end $$;
  create trigger chained before insert on audit for each row execute function chain();
  create function never() returns trigger language plpgsql as $$ begin raise 'append only'; end $$;
  create trigger kept before update or delete on audit for each row execute function never();
`);
const insertChained = async (drafts: readonly LedgerDraft[]) => {
  // one at a time, as a chain wants it
  await admin.query(
    `with one as (select pg_advisory_xact_lock(1)) insert into audit (at, actor, kind, body) select now(), actor, kind, body
     from one, unnest($1::text[], $2::text[], $3::text[]) as row (actor, kind, body)`,
    [drafts.map(({ actor }) => actor), drafts.map(({ kind }) => kind), drafts.map(({ body }) => JSON.stringify(body))],
  );
};

async function perSecond(count: number, work: () => unknown): Promise<number> {
  clearMemory();
  const began = performance.now();
  await work();
  return (count * 1000) / (performance.now() - began);
}

/** Medians of several rounds in which all take their turn. */
async function inTurns(kinds: Readonly<Record<string, readonly [count: number, work: () => unknown]>>) {
  const found = new Map<string, number[]>();
  for (let run = -1; run < runs; run += 1) {
    for (const [name, [count, work]] of Object.entries(kinds)) {
      const rate = await perSecond(count, work);
      if (run >= 0) found.set(name, [...(found.get(name) ?? []), rate]);
    }
  }
  return [...found].map(([name, rates]) => [name, median(rates)] as const);
}

function show(what: string, rates: readonly (readonly [string, number])[]): void {
  const [, ours] = rates[0] ?? ['', 0];
  const rows = rates.map(([name, rate]) => [name, Math.round(rate).toLocaleString('en'), times(ours / rate)]);
  console.log('');
  printTable([what, 'a second', 'ours to it'], rows);
}

let signedLog: SignedLog | undefined;
try {
  const firstRows = (batches[0] ?? []).slice(0, 5000);
  const few = Math.min(2000, entries);
  const log: AuditLog | { readonly missing: string } = await openAuditLog(folder);
  if ('missing' in log) console.log(`aquaman-core: left out, ${log.missing}`);
  const hypercore = await openHypercore(folder);
  if ('missing' in hypercore) console.log(`hypercore: left out, ${hypercore.missing}`);
  else signedLog = hypercore;
  /** As long as a record of ours. */
  const blocks = firstRows.map((one) =>
    Buffer.from(JSON.stringify({ ...one, at: new Date(), blobs: [], incidentSeq: 0, v: 1 })),
  );
  const small = async () => {
    await Promise.all(Array.from({ length: few }, (_, n) => ledger.append([draft(n)])));
  };
  show(
    'durable entries',
    await inTurns({
      [`firebreak, batches of ${batch.toLocaleString('en')}`]: [
        entries,
        async () => {
          for (const drafts of batches) await ledger.append(drafts);
        },
      ],
      'append-only table with chaining triggers, batches of 5,000': [firstRows.length, () => insertChained(firstRows)],
      ...(signedLog === undefined
        ? {}
        : {
            [`hypercore ${signedLog.version} (npm), batches of 5,000, not synced`]: [
              blocks.length,
              () => signedLog?.append(blocks),
            ],
          }),
      [`firebreak, ${few} callers of one entry each`]: [few, small],
      ...('missing' in log
        ? {}
        : {
            [`aquaman-core ${log.version} (npm), one after the other, not synced`]: [
              few,
              async () => {
                for (let n = 0; n < few; n += 1) await log.append(draft(n));
              },
            ],
          }),
    }),
  );

  // What is verified: the log as it is now, its records in memory, against the signed root; and each row of the others.
  const size = await ledger.size();
  const records: Uint8Array[] = [];
  for await (const { record } of ledger.entries(null)) {
    if (records.length < entries) records.push(record);
  }
  const root = await ledger.root(records.length);
  const rebuild = async () => {
    const range = new CompactRange();
    for (let from = 0; from < records.length; from += 1024) {
      range.pushAll(hashLeaves(records.slice(from, from + 1024)));
    }
    if (Buffer.compare(range.root(), root) !== 0) throw new Error('the root is another one');
  };
  const probe = 2000;
  const claims = await Promise.all(
    Array.from({ length: probe }, async (_, at) => {
      const index = Math.floor((at * records.length) / probe);
      const leafHash = hashLeaf(records[index] as Uint8Array);
      return { index, size: records.length, leafHash, root, proof: await ledger.proof(index, records.length) };
    }),
  );
  const incident = `inc_${randomUUID()}`;
  await ledger.append(Array.from({ length: few }, (_, n) => ({ ...draft(n), incident })));
  const pieces: Uint8Array[] = [];
  for await (const piece of exportEvidence({ ledger, incident, actor: 'bench' })) pieces.push(piece);
  const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from audit');
  const chained = rows[0]?.n ?? 0;
  show(
    'verified entries',
    await inTurns({
      'firebreak, every record against the signed root': [records.length, rebuild],
      'append-only table, every row against the one before (in SQL)': [
        chained,
        async () => {
          const { rows: bad } = await admin.query<{ n: number }>(
            `select count(*)::int as n from (select hash, sha256(previous || convert_to(id || at::text || actor || kind || body, 'UTF8'))
               as again, previous, lag(hash, 1, '\\x') over (order by id) as before from audit) as row
             where hash <> again or previous <> before`,
          );
          if (bad[0]?.n !== 0) throw new Error('the table does not hold');
        },
      ],
      ...('missing' in log ? {} : { [`aquaman-core ${log.version} (npm)`]: [log.count(), () => log.verify()] }),
      ...(signedLog === undefined
        ? {}
        : {
            [`hypercore ${signedLog.version} (npm), its audit of blocks and tree`]: [
              signedLog.count(),
              () => signedLog?.verify(),
            ],
          }),
      'firebreak, single inclusion proofs': [
        probe,
        async () => {
          if (!claims.every(verifyInclusion)) throw new Error('a proof does not hold');
        },
      ],
      'firebreak, an evidence file whole (proofs, tiles, schema)': [
        few + 1,
        async () => {
          async function* file() {
            yield* pieces;
          }
          const report = await verifyEvidence(file(), { verifierKey: signer.verifierKey });
          if (!report.ok) throw new Error('the file does not verify');
        },
      ],
    }),
  );
  console.log(
    `\n${size.toLocaleString('en')} entries in the log at the end, ${availableParallelism()} cores, one thread of ours`,
  );
} finally {
  await signedLog?.close();
  await storage.close();
  await admin.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
