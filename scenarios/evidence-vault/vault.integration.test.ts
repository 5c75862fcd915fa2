/**
 * Evidence by the command line, on a PostgreSQL of its own: a snapshot whose process is killed is gone on with, what was taken is in the
 * evidence file, a redacted copy is proven with nothing but the copy, and what was tampered with is found.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RedactedCopy, ShownSnapshot, Snapshot, Vault, VaultAudit } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const root = new URL('../../', import.meta.url).pathname;
const main = join(root, 'packages/platform/src/app/main.ts');
const server = await testServer();
let folder: string;
let database: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-evidence-'));
  database = await server.database();
  await mkdir(join(folder, 'data'));
  await mkdir(join(folder, 'big'));
  for (let at = 0; at < 300; at += 1)
    await writeFile(join(folder, 'big', `part-${String(at).padStart(3, '0')}`), Buffer.alloc(200_000, at % 251));
  await writeFile(
    join(folder, 'big', 'card.json'),
    '{"model":"fraud","owner":{"name":"Ada","mail":"ada@example.org"}}',
  );
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const where = () => ['--data', join(folder, 'data'), '--database', database, '--json', '--as', 'ada'];
const env = () => ({ ...process.env, NO_COLOR: '1' });

async function run<T>(...args: readonly string[]): Promise<{ readonly code: number; readonly answer: T }> {
  const ended = await promisify(execFile)(process.execPath, [main, 'evidence', ...args], {
    cwd: root,
    env: env(),
    maxBuffer: 1 << 26,
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
  return { code: ended.code, answer: JSON.parse(ended.stdout) as T };
}

async function untilPieces(child: ChildProcess, least: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: database, max: 1 });
  pool.on('error', () => undefined);
  try {
    while (child.exitCode === null) {
      const found = await pool
        .query('select count(*)::int as n from evidence_piece')
        .catch(() => ({ rows: [{ n: 0 }] }));
      if ((found.rows[0]?.n ?? 0) >= least) return;
      await sleep(10);
    }
    throw new Error('it ended before it could be killed');
  } finally {
    await pool.end();
  }
}

test('killed in the middle, gone on with, found in the evidence, redacted, tampered with', async () => {
  const subject = `data:Folder/${join(folder, 'big')}`;
  const child = spawn(process.execPath, [main, 'evidence', 'take', subject, '--reason', 'look', ...where()], {
    cwd: root,
    env: env(),
    stdio: 'ignore',
  });
  await untilPieces(child, 20);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const list = await run<Vault>('list', ...where().slice(0, -2));
  const [cut] = list.answer.snapshots;
  expect(cut).toMatchObject({ state: 'taking', subject });
  expect(cut?.pieces).toBeGreaterThan(0);
  expect(cut?.pieces).toBeLessThan(301);
  const id = cut?.id ?? '';
  const unfinished = await run<VaultAudit>('audit', ...where());
  expect(unfinished.answer.snapshots).toMatchObject([{ state: 'unfinished' }]);

  const resumed = await run<Snapshot>('take', '--resume', id, '--reason', 'go on', ...where());
  expect(resumed).toMatchObject({ code: 0, answer: { state: 'complete', pieces: 301, reasons: [] } });
  const spool = await readdir(join(folder, 'data', 'evidence', 'spool'));
  expect(spool.length).toBeLessThanOrEqual(4);
  const audit = await run<VaultAudit>('audit', ...where());
  expect(audit).toMatchObject({ code: 0, answer: { ok: true, snapshots: [{ state: 'intact', read: 301 }] } });

  const copy = join(folder, 'card.redacted.json');
  await run('redact', id, 'card.json', '--hide', '/owner', '-o', copy, '--reason', 'share', ...where());
  const text = await readFile(copy, 'utf8');
  expect(text).not.toContain('ada@');
  const { verifierKey } = JSON.parse(text) as RedactedCopy;
  const proven = await run('verify-redacted', copy, '--key', verifierKey, '--json');
  expect(proven).toMatchObject({ code: 0, answer: { ok: true, record: { model: 'fraud' }, hidden: 2 } });
  await writeFile(copy, text.replace('"fraud"', '"fraum"'));
  expect(await run('verify-redacted', copy, '--key', verifierKey, '--json')).toMatchObject({
    code: 1,
    answer: { ok: false },
  });

  const shown = await run<ShownSnapshot>('show', id, ...where().slice(0, -2));
  expect(shown.answer.custody.map(({ act }) => act)).toEqual(['begun', 'audited', 'taken', 'audited', 'redacted']);
  const [piece] = shown.answer.pieces;
  const file = join(
    folder,
    'data',
    'evidence',
    'blobs',
    'sha256',
    piece?.sha256?.slice(0, 2) ?? '',
    piece?.sha256 ?? '',
  );
  await chmod(file, 0o644);
  await writeFile(file, 'forged');
  const found = await run<VaultAudit>('audit', id, ...where());
  expect(found).toMatchObject({ code: 1, answer: { ok: false, snapshots: [{ state: 'altered' }] } });
});
