/**
 * MLflow's file store: `<experiment>/meta.yaml`, `<experiment>/<run>/{meta.yaml, tags/, params/, metrics/, inputs/}`,
 * `models/<model>/{meta.yaml, aliases/, tags/, version-<n>/}`. Every tag is a file of its own. Nothing outside of the folder is
 * read, links are not followed, and artifacts are named and not opened.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collected, Gap } from '@firebreak/contract';
import { parsePiece } from '../../intake/documents/parse.ts';
import { field, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { codeOf } from '../../intake/walk.ts';
import { experimentFact, modelVersionFact, type Place, registeredModelFact, runFact, serverFact } from './describe.ts';

const maxBytes = 1024 * 1024;
const maxEntries = 20_000;
/** Files that belong to one run, of each sort. */
const maxParts = 500;

interface Folder {
  readonly path: string;
  readonly gaps: Gap[];
  readonly signal: AbortSignal;
}

export async function* collectFolder(path: string, server: string, signal: AbortSignal): AsyncGenerator<Collected> {
  const place: Place = { server, at: path };
  const folder: Folder = { path, gaps: [], signal };
  const names = await entries(folder, path, 'folder', ['*']);
  yield serverFact(place, { authentication: 'unknown' });
  for (const name of names) {
    if (name === 'models' || name.startsWith('.')) continue;
    const experiment = await readMeta(folder, join(path, name));
    if (experiment === undefined) continue;
    const tags = await readValues(folder, join(path, name, 'tags'));
    yield experimentFact(place, { ...experiment, tags });
    for (const run of await entries(folder, join(path, name), 'folder', ['mlflow.run'])) {
      if (run === 'tags' || run === 'datasets' || run === 'models' || run === 'traces') continue;
      const at = join(path, name, run);
      const info = await readMeta(folder, at);
      if (info !== undefined) yield await readRun(folder, place, at, info);
    }
    yield* told(folder);
  }
  yield* readModels(folder, place);
  yield* told(folder);
}

function* told({ gaps }: Folder): Generator<Collected> {
  for (const each of gaps.splice(0)) yield { gap: each };
}

async function readRun(folder: Folder, place: Place, at: string, info: object): Promise<Collected> {
  const names = async (part: string) =>
    (await entries(folder, join(at, part), 'file', [])).slice(0, maxParts).map((key) => ({ key }));
  const datasets: unknown[] = [];
  for (const input of (await entries(folder, join(at, 'inputs'), 'folder', [])).slice(0, maxParts)) {
    const meta = await readMeta(folder, join(at, 'inputs', input));
    const id = textAt(meta, 'source_id');
    // The id becomes part of a path: only what MLflow itself writes.
    if (id === undefined || !/^[0-9a-zA-Z]{1,64}$/.test(id)) continue;
    const dataset = await readMeta(folder, join(at, '..', 'datasets', id));
    const tags = Object.entries((field(meta, 'tags') ?? {}) as object).map(([key, value]) => ({ key, value }));
    if (dataset !== undefined) datasets.push({ dataset, tags });
  }
  const files = (await entries(folder, join(at, 'artifacts'), 'any', [])).slice(0, maxParts);
  const listed: object[] = [];
  for (const path of files) {
    const found = await lstat(join(at, 'artifacts', path)).catch(() => undefined);
    listed.push({ path, is_dir: found?.isDirectory() ?? false, file_size: found?.isFile() ? found.size : undefined });
  }
  const run = {
    info: { ...info, status: statusOf(field(info, 'status')) },
    data: {
      tags: await readValues(folder, join(at, 'tags')),
      params: await names('params'),
      metrics: await names('metrics'),
    },
    inputs: { dataset_inputs: datasets },
  };
  return runFact(place, run, { files: listed });
}

/** The file store keeps the number of the state (protobuf RunStatus). */
function statusOf(value: unknown): string | undefined {
  const states = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
  return typeof value === 'number' ? states[value - 1] : text(value);
}

async function* readModels(folder: Folder, place: Place): AsyncGenerator<Collected> {
  const models = join(folder.path, 'models');
  for (const name of await entries(folder, models, 'folder', [])) {
    const at = join(models, name);
    const model = await readMeta(folder, at);
    if (model === undefined) continue;
    const aliases = (await readValues(folder, join(at, 'aliases'))).map(({ key, value }) => ({
      alias: key,
      version: value.trim(),
    }));
    yield registeredModelFact(place, { ...model, tags: await readValues(folder, join(at, 'tags')), aliases });
    for (const version of await entries(folder, at, 'folder', ['mlflow.model-version'])) {
      if (!/^version-\d+$/.test(version)) continue;
      const meta = await readMeta(folder, join(at, version));
      if (meta === undefined) continue;
      const tags = await readValues(folder, join(at, version, 'tags'));
      const storage = textAt(meta, 'storage_location') ?? textAt(meta, 'source');
      yield modelVersionFact(place, { ...meta, tags }, storage);
    }
  }
}

/** `meta.yaml` of a folder; without one the folder is something else. */
async function readMeta(folder: Folder, at: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = join(at, 'meta.yaml');
  const bytes = await readBounded(folder, file);
  if (bytes === undefined) return undefined;
  const parsed = parsePiece({ kind: 'document', bytes, document: 1, line: 1 });
  if (parsed.problem !== undefined) folder.gaps.push(gap(parsed.problem.code, ['*'], file, parsed.problem.reason));
  return typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value)
    ? { ...parsed.value }
    : undefined;
}

/** A folder with a file for each value, as a list of pairs. */
async function readValues(folder: Folder, at: string): Promise<{ readonly key: string; readonly value: string }[]> {
  const values = [];
  for (const key of (await entries(folder, at, 'file', [])).slice(0, maxParts)) {
    const bytes = await readBounded(folder, join(at, key));
    if (bytes !== undefined) values.push({ key, value: bytes.toString('utf8').replace(/\n$/, '') });
  }
  return values;
}

async function entries(
  { gaps, signal }: Folder,
  at: string,
  wanted: 'folder' | 'file' | 'any',
  kinds: readonly string[],
): Promise<readonly string[]> {
  signal.throwIfAborted();
  try {
    const found = (await readdir(at, { withFileTypes: true }))
      .filter((entry) => wanted === 'any' || (wanted === 'folder' ? entry.isDirectory() : entry.isFile()))
      .map(({ name }) => name)
      .sort();
    if (found.length > maxEntries)
      gaps.push(gap('FB-LIMIT-REACHED', ['*'], at, `Read were ${maxEntries} of ${found.length} entries.`));
    return found.slice(0, maxEntries);
  } catch (error) {
    // A store writes no folder for what there is none of.
    if (codeOf(error) !== 'ENOENT')
      gaps.push(gap('FB-SOURCE-UNREADABLE', kinds, at, `The folder cannot be read (${codeOf(error)}).`));
    return [];
  }
}

async function readBounded({ gaps }: Folder, file: string): Promise<Buffer | undefined> {
  try {
    const found = await lstat(file);
    if (found.isFile() && found.size <= maxBytes) return await readFile(file);
    gaps.push(gap('FB-FILE-SKIPPED', ['*'], file, `It is no file of at most ${maxBytes} bytes.`));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      gaps.push(gap('FB-SOURCE-UNREADABLE', ['*'], file, `It cannot be read (${codeOf(error)}).`));
  }
  return undefined;
}
