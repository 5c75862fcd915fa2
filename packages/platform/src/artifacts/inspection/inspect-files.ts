/** Inspects files and folders as they lie on disk, and says of each what it is, with its digest. */
import { createHash } from 'node:crypto';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { ArtifactFile, ArtifactReport } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';
import { type Bytes, FileBytes } from './bytes.ts';
import { identify } from './identify.ts';
import { inspectPart } from './inspect-part.ts';
import { defaultLimits, Inspection, type Limits, worst } from './inspection.ts';

export interface FilesWish {
  readonly paths: readonly string[];
  /** Names (`module.name`) that this site lets pickles use. */
  readonly allowed: readonly string[];
  /** Milliseconds for each file. */
  readonly perFile: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly progress?: (sentence: string) => void;
  readonly limits?: Partial<Limits>;
}

const mostFiles = 100_000;

/** @throws FirebreakError FB-ARTIFACT-UNREADABLE when a path that was given cannot be read */
export async function inspectFiles(wish: FilesWish): Promise<ArtifactReport> {
  const files: ArtifactFile[] = [];
  const pointedAt = new Set<string>();
  for (const path of wish.paths)
    for await (const each of filesAt(path)) files.push(await inspectFile(each, wish, pointedAt));
  for (const [place, file] of files.entries())
    if (isDataOf(file, pointedAt)) files[place] = { ...file, format: 'onnx-data', verdict: 'safe', reasons: [] };
  return {
    kind: 'firebreak/artifact-report',
    at: wish.now().toISOString(),
    verdict: files.length === 0 ? 'cannot-tell' : worst(files.map(({ verdict }) => verdict)),
    files,
  };
}

async function* filesAt(path: string): AsyncGenerator<{ path: string; root: string; link: boolean }> {
  try {
    const state = await lstat(path);
    // What a person names may be a link; what lies in a folder may not.
    if (!state.isDirectory() && !statSync(path).isDirectory()) return yield { path, root: dirname(path), link: false };
    const found: { path: string; link: boolean }[] = [];
    for await (const entry of await opendir(path, { recursive: true })) {
      if (entry.isDirectory()) continue;
      found.push({ path: join(entry.parentPath, entry.name), link: !entry.isFile() });
      if (found.length > mostFiles)
        throw new FirebreakError('FB-ARTIFACT-UNREADABLE', `${path} has more than ${mostFiles} files.`);
    }
    for (const each of found.sort((a, b) => (a.path < b.path ? -1 : 1))) yield { ...each, root: path };
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    throw new FirebreakError('FB-ARTIFACT-UNREADABLE', `${path}: ${(error as Error).message}.`, { cause: error });
  }
}

async function inspectFile(
  { path, root, link }: { path: string; root: string; link: boolean },
  wish: FilesWish,
  pointedAt: Set<string>,
): Promise<ArtifactFile> {
  wish.signal.throwIfAborted();
  wish.progress?.(`Inspecting ${path}`);
  const until = wish.now().getTime() + wish.perFile;
  const inspection = new Inspection({
    limits: { ...defaultLimits, until, ...wish.limits },
    now: () => wish.now().getTime(),
    allowed: new Set(wish.allowed),
    beside: (name) => {
      const size = beside(dirname(path), name);
      if (typeof size === 'number') pointedAt.add(resolve(dirname(path), name));
      return size;
    },
  });
  const answer = (bytes: number, sha256: string, format: string): ArtifactFile => ({
    path,
    bytes,
    sha256,
    format,
    verdict: inspection.verdict,
    reasons: inspection.reasons,
    moreReasons: inspection.more,
  });
  if (link) {
    inspection.say(
      { bytes: nothing, inside: [], depth: 0 },
      'unsafe',
      'file/link',
      0,
      'It is a link or no plain file: what is loaded is elsewhere.',
    );
    return answer(0, '', 'link');
  }
  const bytes = opened(path);
  try {
    const format = isData(path, root)
      ? 'tensorflow-variables'
      : await inspectPart(inspection, { bytes, inside: [], depth: 0 });
    const sha256 = await digestOf(bytes, wish.signal, () => wish.now().getTime() > until);
    if (sha256 === undefined)
      inspection.say(
        { bytes, inside: [], depth: 0 },
        'cannot-tell',
        'file/digest',
        0,
        'Its digest takes longer than the time that was given.',
      );
    return answer(bytes.size, sha256 ?? '', format);
  } finally {
    bytes.close();
  }
}

/** Bytes without a format that a model in ONNX, read in the same run, takes as numbers. */
function isDataOf({ path, format, reasons }: ArtifactFile, pointedAt: ReadonlySet<string>): boolean {
  return format === 'unknown' && reasons.every(({ rule }) => rule === 'file/unknown') && pointedAt.has(resolve(path));
}

function opened(path: string): FileBytes {
  try {
    return new FileBytes(path);
  } catch (error) {
    throw new FirebreakError('FB-ARTIFACT-UNREADABLE', `${path}: ${(error as Error).message}.`, { cause: error });
  }
}

const nothing: Bytes = { size: 0, read: () => Buffer.alloc(0) };

/** TensorFlow reads these two as numbers, and only beside a SavedModel. */
function isData(path: string, root: string): boolean {
  const parts = relative(root, path).split(sep);
  if (parts.at(-2) !== 'variables' || !/^variables\.(index|data-\d{5}-of-\d{5})$/.test(basename(path))) return false;
  try {
    const model = new FileBytes(join(dirname(dirname(path)), 'saved_model.pb'));
    try {
      return identify(model).format === 'saved-model';
    } finally {
      model.close();
    }
  } catch {
    return false;
  }
}

function beside(folder: string, name: string): number | 'missing' | 'outside' | 'link' {
  const path = resolve(folder, name);
  if (!path.startsWith(resolve(folder) + sep)) return 'outside';
  try {
    const state = lstatSync(path);
    if (state.isSymbolicLink() || state.nlink > 1) return 'link';
    if (!realpathSync(path).startsWith(realpathSync(folder) + sep)) return 'outside';
    return state.isFile() ? state.size : 'link';
  } catch {
    return 'missing';
  }
}

/** @returns undefined when the time is over */
async function digestOf(bytes: FileBytes, signal: AbortSignal, over: () => boolean): Promise<string | undefined> {
  const digest = createHash('sha256');
  const piece = 64 << 10;
  for (let at = 0; at < bytes.size; at += piece) {
    digest.update(bytes.read(at, Math.min(piece, bytes.size - at)));
    if ((at / piece) % 1024 === 1023) await new Promise(setImmediate);
    if (over()) return undefined;
    signal.throwIfAborted();
  }
  return digest.digest('hex');
}
