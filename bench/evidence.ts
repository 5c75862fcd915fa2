/**
 * A snapshot of gigabytes, beside `sha256sum` and `cp` on the same files in one run: into a folder and into an S3 server with Object Lock
 * (Versity's gateway over a folder), as it is and encrypted with age. Every byte is read, hashed, written, brought to disk, read back
 * and hashed again. Prints megabytes a second, how many times the peers that is, and the memory of the process at its peak, for all of
 * the files and for an eighth of them.
 *
 *     node bench/evidence.ts [--gigabytes 3] [--files 3000]
 */
import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { someAgeRecipient } from '../packages/platform/src/evidence/testing/age-recipient.case.ts';
import { testServer } from '../packages/platform/src/storage/test-database.ts';
import { printTable, times } from './measure.ts';
import { measuredRun } from './measured-process.ts';

const { values: options } = parseArgs({
  options: { gigabytes: { type: 'string', default: '3' }, files: { type: 'string', default: '3000' } },
});
const run = promisify(execFile);
const peers = new URL('../peers/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-evidence-'));
const gateway = join(folder, 'gateway');
const server = await testServer();
let buckets = 0;
try {
  mkdirSync(gateway);
  await startGateway();
  const recipient = await someAgeRecipient();
  const all = { folder: join(folder, 'all'), bytes: Math.round(Number(options.gigabytes) * 1e9) };
  const part = { folder: join(folder, 'part'), bytes: Math.round(all.bytes / 8) };
  fill(all, Number(options.files));
  fill(part, Math.ceil(Number(options.files) / 8));

  const hashing = await timed(() =>
    run('bash', ['-c', 'find "$0" -type f | xargs -d "\\n" sha256sum | wc -l', all.folder]),
  );
  const copy = join(folder, 'copy');
  const copying = await timed(() => run('cp', ['-r', all.folder, copy]));
  const syncing = await timed(() => run('sync', ['-f', copy]));
  rmSync(copy, { recursive: true });
  const peer = hashing + copying;
  const ways = [
    ['into a folder', []],
    ['into a folder, age', ['--recipient', recipient]],
    ['into S3, locked', ['--bucket', 'bucket']],
    ['into S3, locked, age', ['--bucket', 'bucket', '--recipient', recipient]],
  ] as const;
  const rows: string[][] = [];
  for (const [name, args] of ways) {
    const small = await take(part, args);
    const { milliseconds, peak } = await take(all, args);
    rows.push([
      name,
      rate(milliseconds),
      times(peer / milliseconds),
      times((peer + syncing) / milliseconds),
      `${small.peak} MB`,
      `${peak} MB`,
    ]);
  }
  const none = ['', '', '', ''];
  console.log(`\n${all.bytes / 1e9} GB: half in one file, half in ${options.files}\n`);
  printTable(
    ['', 'MB a second', 'to sha256sum + cp', '… + sync', 'peak, an eighth', 'peak, all'],
    [
      ['sha256sum', rate(hashing), ...none],
      ['sha256sum + cp', rate(peer), ...none],
      ['sha256sum + cp + sync', rate(peer + syncing), ...none],
      ...rows,
    ],
  );

  function rate(milliseconds: number): string {
    return Math.round(all.bytes / 1e3 / milliseconds).toLocaleString('en');
  }
} finally {
  await run(join(peers, 'versitygw/stop'), [gateway]);
  await server.stop();
  rmSync(folder, { recursive: true });
}

async function startGateway(): Promise<void> {
  const { stdout } = await run(join(peers, 'versitygw/start'), [gateway]);
  for (const line of stdout.split('\n')) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== '') process.env[name] = value;
  }
  process.env.AWS_ACCESS_KEY_ID = process.env.FIREBREAK_S3_KEY;
  process.env.AWS_SECRET_ACCESS_KEY = process.env.FIREBREAK_S3_SECRET;
}

async function take(data: { readonly folder: string }, args: readonly string[]) {
  const work = mkdtempSync(join(folder, 'work-'));
  const bucket = `bench-${buckets++}`;
  const client = new S3Client({
    endpoint: process.env.FIREBREAK_S3_URL ?? '',
    region: 'us-east-1',
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  client.destroy();
  const { printed, exitCode, peakMegabytes } = await measuredRun('./evidence-take.ts', [
    ...['--data', data.folder, '--work', work, '--database', await server.database()],
    ...args.map((arg) => (arg === 'bucket' ? bucket : arg)),
  ]);
  if (exitCode !== 0) throw new Error(`the snapshot ended with ${exitCode}`);
  rmSync(work, { recursive: true });
  rmSync(join(gateway, 'objects', bucket), { recursive: true, force: true });
  rmSync(join(gateway, 'versions', bucket), { recursive: true, force: true });
  const { milliseconds } = JSON.parse(printed) as { readonly milliseconds: number };
  return { milliseconds, peak: peakMegabytes };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Pseudo-random and no two blocks alike: what is equal would be kept once. */
function fill({ folder: into, bytes }: { readonly folder: string; readonly bytes: number }, files: number): void {
  mkdirSync(into);
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16, files & 0xff), Buffer.alloc(16, bytes & 0xff));
  const zeros = Buffer.alloc(1 << 20);
  const half = Math.floor(bytes / 2);
  write('one', half);
  for (let at = 0; at < files; at += 1) write(`part-${String(at).padStart(6, '0')}`, Math.floor(half / files));

  function write(name: string, size: number): void {
    const file = openSync(join(into, name), 'w');
    for (let left = size; left > 0; left -= zeros.length)
      writeSync(file, stream.update(zeros.subarray(0, Math.min(left, zeros.length))));
    closeSync(file);
  }
}
