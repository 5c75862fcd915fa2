/**
 * A dataset of DVC by reference: its files as they are, every output that they name by its digest, and whether what lies in the checkout
 * still has that digest. Formats: https://dvc.org/doc/user-guide/project-structure; the digest of a folder is that of a list of its
 * files, as DVC's `Tree.as_bytes` writes it.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { SnapshotPiece } from '@firebreak/contract';
import { parse } from 'yaml';
import { fileBytes } from '../../intake/file-bytes.ts';
import { filesOf } from '../../intake/files-of.ts';
import { array, field, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';

const mostBytes = 4 * 1024 * 1024;
const kept = 'DVC keeps it by its digest, in its cache and remotes';

/** @param root of the checkout, without links */
export async function* dvcPieces(root: string, signal: AbortSignal): AsyncGenerator<SnapshotPiece> {
  const wanted = (name: string) => name.endsWith('.dvc') || /(^|\/)dvc\.(lock|yaml)$/.test(name);
  for await (const piece of filesOf(root, signal, wanted)) {
    yield piece;
    if ('name' in piece && !piece.name.endsWith('dvc.yaml') && wanted(piece.name))
      yield* outputsOf(root, piece.name, signal);
  }
}

async function* outputsOf(root: string, name: string, signal: AbortSignal): AsyncGenerator<SnapshotPiece> {
  const value = await yamlOf(join(root, name));
  if (value === undefined) {
    yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], name, 'It cannot be read as YAML.') };
    return;
  }
  // What is written down of a stage is below the folder that its description names.
  const described = name.endsWith('dvc.lock') ? await yamlOf(join(root, dirname(name), 'dvc.yaml')) : undefined;
  const holders = [
    { holder: value, below: textAt(value, 'wdir') },
    ...Object.entries(record(field(value, 'stages')) ?? {}).map(([stage, holder]) => ({
      holder,
      below: textAt(field(field(described, 'stages'), stage), 'wdir'),
    })),
  ];
  for (const { holder, below = '.' } of holders)
    for (const out of [...array(field(holder, 'outs')), ...array(field(holder, 'deps'))]) {
      const to = textAt(out, 'path');
      const hash = text(field(out, 'hash')) ?? 'md5';
      const digest = textAt(out, hash);
      if (to === undefined || digest === undefined) continue;
      const size = field(out, 'size');
      // Without the word `hash` an older DVC wrote it, which read texts in another way than their bytes.
      const isPlain = field(out, 'hash') === 'md5';
      const lies = isPlain ? await md5Of(root, join(dirname(name), below, to), signal) : undefined;
      const is =
        lies === undefined ? 'nothing was here to compare' : lies === digest ? 'what lies here has it' : 'changed';
      yield {
        name: `${name}/${to}`,
        mediaType: 'application/octet-stream',
        reference: `dvc:${name}#${to}`,
        digest: `${hash}:${digest}`,
        size: typeof size === 'number' ? size : null,
        because: `${kept}; ${is === 'changed' ? `what lies here has md5:${lies}` : is}.`,
        retention: null,
      };
      if (is === 'changed') {
        const why = `It was changed since DVC wrote it down: it has md5:${lies}, and not ${hash}:${digest}.`;
        yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], `${name}/${to}`, why) };
      }
    }
}

/** Undefined for what is no YAML, is too large to be any, or is not there. */
async function yamlOf(path: string): Promise<unknown> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const about = await handle.stat();
      if (!about.isFile() || about.size > mostBytes) return undefined;
      return parse(await handle.readFile('utf8'), { maxAliasCount: 100, logLevel: 'error' });
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** The digest that DVC would write down for what lies there; undefined where there is nothing of the checkout that could be read. */
async function md5Of(root: string, path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const real = await realpath(join(root, path));
    // A name from a stranger's file leads nowhere else.
    if (!real.startsWith(root + sep)) return undefined;
    if ((await stat(real)).isFile()) return await md5OfFile(real, signal);
    const files: { readonly md5: string; readonly relpath: string }[] = [];
    for await (const piece of filesOf(real, signal)) {
      if (!('at' in piece) || piece.at === undefined) return undefined;
      files.push({ md5: await md5OfFile(piece.at, signal), relpath: piece.name });
    }
    return `${createHash('md5').update(listed(files)).digest('hex')}.dir`;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function md5OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  for await (const chunk of fileBytes(handle)) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** As Python's `json.dumps` writes it. */
function listed(files: readonly { readonly md5: string; readonly relpath: string }[]): string {
  const inOrder = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.relpath), Buffer.from(b.relpath)));
  const items = inOrder.map(({ md5, relpath }) => `{"md5": "${md5}", "relpath": ${JSON.stringify(relpath)}}`);
  return `[${items.join(', ')}]`.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
