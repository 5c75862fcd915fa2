/**
 * Hashing a model, beside `sha256sum` and `openssl dgst` on the same bytes in one run: one file whole, the same file in shards, and
 * several files. Prints gigabytes a second, how many times the peer that is, and the memory at its peak.
 *
 *     node bench/hash.ts [--gigabytes 2] [--runs 3]
 */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { hashModel } from '../packages/platform/src/artifacts/signing/hashing/hash-model.ts';
import type { Serialization } from '../packages/platform/src/artifacts/signing/statement.ts';
import { mediansInTurns, printTable, times } from './measure.ts';

const { values: options } = parseArgs({
  options: { gigabytes: { type: 'string', default: '2' }, runs: { type: 'string', default: '3' } },
});
const run = promisify(execFile);
const bytes = Math.round(Number(options.gigabytes) * 1e9);
const folder = mkdtempSync(join(tmpdir(), 'firebreak-hash-'));
const parts = 4;
try {
  const one = join(folder, 'one');
  const several = join(folder, 'several');
  mkdirSync(several);
  fill(one, bytes);
  for (let part = 0; part < parts; part += 1) fill(join(several, String(part)), bytes / parts);
  const { signal } = new AbortController();
  const files: Serialization = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: [] };
  const shards: Serialization = { ...files, method: 'shards', shardSize: 100_000_000 };
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const start = peak;
  const [mine] = (await hashModel(one, files, signal)).resources;
  const { stdout } = await run('sha256sum', [one]);
  if (mine === undefined || !stdout.startsWith(mine.digest)) throw new Error('sha256sum says otherwise');
  const medians = await mediansInTurns(Number(options.runs), {
    'firebreak, one file whole': () => hashModel(one, files, signal),
    'firebreak, one file in shards': () => hashModel(one, shards, signal),
    [`firebreak, ${parts} files`]: () => hashModel(several, files, signal),
    'sha256sum, one file': () => run('sha256sum', [one]),
    'openssl dgst, one file': () => run('openssl', ['dgst', '-sha256', one]),
  });
  clearInterval(watch);
  const peer = medians['sha256sum, one file'] as number;
  console.log(`\n${bytes / 1e9} GB, ${availableParallelism()} cores; files in the page cache\n`);
  printTable(
    ['SHA-256', 'GB a second', 'to sha256sum'],
    Object.entries(medians).map(([name, time]) => [name, (bytes / 1e6 / time).toFixed(2), times(peer / time)]),
  );
  console.log(
    `\nmemory of the process: ${Math.round(start / 1e6)} MB before, ${Math.round(peak / 1e6)} MB at its peak`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Not sparse: holes would measure the kernel's zeros. */
function fill(path: string, size: number): void {
  const block = Buffer.alloc(1 << 20);
  for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
  const file = openSync(path, 'w');
  for (let left = size; left > 0; left -= block.length) writeSync(file, block, 0, Math.min(block.length, left));
  closeSync(file);
}
