/**
 * Manifests → facts and gaps: a folder, a file or standard input, as people keep them in Git and as kubectl, Helm and
 * kustomize print them. Reads as a stream, one document at a time.
 *
 * What must stay true: what is not read is said. A broken document costs itself and nothing else; a document that is no
 * Kubernetes object (values, kustomization, notes) is reported with no kinds, as nothing of the cluster is missing by it.
 *
 * No pods are invented for workloads: the edge rules read the pod templates themselves.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Collected, catalogue, FirebreakError, type Gap } from '@firebreak/contract';
import { openBytes, until } from '../../intake/byte-stream.ts';
import { cutDocuments } from '../../intake/documents/documents.ts';
import { isTemplated, type Problem, parseHead, parsePiece } from '../../intake/documents/parse.ts';
import type { Cut, Piece, PieceLimits, Skipped } from '../../intake/documents/piece.ts';
import { printable, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { codeOf, walk } from '../../intake/walk.ts';
import type { ApiObject, ApiResult } from './api.ts';
import type { KubernetesSession } from './collect.ts';
import { listItems, normalise } from './normalise.ts';
import { groupVersion, resourceOf } from './resources.ts';

export interface ManifestSource {
  /** Folder, file, or `-` for standard input. */
  readonly path: string;
  /** Bytes of one document or of one item of a list. An API server stores 1.5 MiB; parsing takes up to 100 times the bytes. */
  readonly maxDocumentBytes: number;
  /** Objects, and things that are none, that are read before the rest is given up; `maxObjects` when absent. */
  readonly maxObjects?: number;
  /** Where `-` is read from; standard input when absent. */
  readonly input?: AsyncIterable<Uint8Array>;
}

/** A raw object and where it stands. */
export type ReadObject = { readonly object: ApiObject; readonly locator: string } | { readonly gap: Gap };

const walkLimits = { maxDepth: 64, maxFiles: 200_000 };
/** The largest clusters hold less. Tiny objects cost most for their bytes: a 200 MB file can hold three million accounts. */
const maxObjects = 400_000;
const listThreshold = 1024 * 1024;
/** Gaps of one code that one file may make; the rest is counted. A generated file can be wrong 25,000 times. */
const maxGapsOfCode = 50;
/** Lists inside lists. */
const maxListDepth = 4;

/** A read-only session over manifests: it collects, and answers every verb with a refusal. */
export function openManifests(source: ManifestSource): KubernetesSession {
  const refusal: ApiResult<never> = {
    ok: false,
    failure: 'invalid',
    reason: 'manifest files can be read but not asked or changed: give a kubeconfig',
    sent: false,
  };
  const refuse = async () => refusal;
  async function* refuseAll() {
    yield refusal;
  }
  return {
    address: source.path === '-' ? 'standard input' : source.path,
    discover: refuse,
    list: refuseAll,
    watch: refuseAll,
    get: refuse,
    create: refuse,
    patch: refuse,
    replace: refuse,
    delete: refuse,
    withToken: () => openManifests(source),
    impersonating: () => openManifests(source),
    close: async () => {},
    collect: (signal) => collectManifests(source, signal),
    async *rawObjects(signal) {
      for await (const read of readManifests(source, signal)) if ('object' in read) yield read.object;
    },
  };
}

export async function* collectManifests(source: ManifestSource, signal: AbortSignal): AsyncGenerator<Collected> {
  let facts = 0;
  const budget = gapBudget();
  for await (const read of readManifests(source, signal)) {
    if ('gap' in read) {
      yield read;
      continue;
    }
    const { facts: made, gaps } = normalise(read.object, { locator: read.locator, defaultNamespace: 'default' });
    for (const fact of made) {
      facts += 1;
      yield { fact };
    }
    for (const each of gaps) for (const kept of budget.spend(each, fileOf(read.locator))) yield { gap: kept };
  }
  for (const each of budget.rest()) yield { gap: each };
  if (facts === 0) yield { gap: gap('FB-SOURCE-EMPTY', ['*'], nameOfSource(source), 'Nothing in it became a fact.') };
}

/** Every object of the source as it is written, lists taken apart. Throws `FB-SOURCE-UNREADABLE` when there is no such source. */
export async function* readManifests(source: ManifestSource, signal: AbortSignal): AsyncGenerator<ReadObject> {
  const limit = source.maxObjects ?? maxObjects;
  const allowance = { left: limit };
  yield* readSource(source, signal, allowance);
  if (allowance.left < 0) {
    const reason = `It holds more than ${limit} objects; what comes after them was not read.`;
    yield { gap: gap('FB-FILE-TOO-LARGE', ['*'], nameOfSource(source), reason) };
  }
}

/** What may still be read; below zero once something was given up. */
interface Allowance {
  left: number;
}

async function* readSource(
  source: ManifestSource,
  signal: AbortSignal,
  allowance: Allowance,
): AsyncGenerator<ReadObject> {
  if (source.path === '-') {
    yield* readStream(source.input ?? process.stdin, 'stdin', source, signal, allowance);
    return;
  }
  const found = await stat(source.path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(source.path)} cannot be opened (${codeOf(error)}).`);
  });
  // A pipe is a way to hand manifests over; a device has no end.
  if (found.isCharacterDevice() || found.isBlockDevice())
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(source.path)} is a device, not a file.`);
  if (!found.isDirectory()) {
    yield* readFile(source.path, basename(source.path), source, signal, allowance, found.isFIFO());
    return;
  }
  for await (const entry of walk(source.path, walkLimits, signal)) {
    if ('gap' in entry) yield entry;
    else yield* readFile(entry.file, entry.name, source, signal, allowance);
    if (allowance.left < 0) return;
  }
}

async function* readFile(
  file: string,
  name: string,
  source: ManifestSource,
  signal: AbortSignal,
  allowance: Allowance,
  isPipe = false,
): AsyncGenerator<ReadObject> {
  try {
    const stream = openBytes(file, isPipe);
    try {
      yield* readStream(stream, name, source, signal, allowance);
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (signal.aborted || error instanceof FirebreakError || !isSystemError(error)) throw error;
    yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], name, `Reading it failed (${codeOf(error)}).`) };
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function* readStream(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  source: ManifestSource,
  signal: AbortSignal,
  allowance: Allowance,
): AsyncGenerator<ReadObject> {
  const limits: PieceLimits = {
    maxPiece: source.maxDocumentBytes,
    listThreshold: Math.min(listThreshold, source.maxDocumentBytes),
  };
  const documents = cutDocuments(limits);
  const budget = gapBudget();
  function* readCuts(cuts: readonly Cut[]): Generator<ReadObject> {
    for (const cut of cuts) {
      signal.throwIfAborted();
      for (const read of readCut(cut, name, limits)) {
        allowance.left -= 1;
        if (allowance.left < 0) return;
        if (!('gap' in read)) yield read;
        else for (const kept of budget.spend(read.gap, name)) yield { gap: kept };
      }
    }
  }
  let first = true;
  for await (const chunk of coalesce(until(signal, chunks))) {
    signal.throwIfAborted();
    if (first && isUtf16(chunk)) {
      yield { gap: gap('FB-YAML-INVALID', ['*'], name, 'It is UTF-16; save it as UTF-8.') };
      return;
    }
    yield* readCuts(documents.push(first ? withoutMark(chunk) : chunk));
    first = false;
    if (allowance.left < 0) break;
  }
  if (allowance.left >= 0) yield* readCuts(documents.end());
  for (const each of budget.rest()) yield { gap: each };
}

/** Chunks of at least 256 KiB, so that a pipe that drips does not cost a copy of the buffer per drop. */
async function* coalesce(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const enough = 256 * 1024;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    waiting.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
    if (length < enough) continue;
    yield waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

const isUtf16 = (chunk: Buffer) => (chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff);
const withoutMark = (chunk: Buffer) =>
  chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;

function* readCut(cut: Cut, name: string, limits: PieceLimits): Generator<ReadObject> {
  const locator = `${printable(name)}#${cut.document}${cut.item === undefined ? '' : `[${cut.item}]`}`;
  if (!('bytes' in cut)) {
    yield { gap: gapOfSkipped(cut, locator, limits) };
    return;
  }
  const { value, problem } = parsePiece(cut);
  if (problem !== undefined) yield { gap: gapOfProblem(problem, locator, value) };
  if (value !== undefined && value !== null) yield* objectsOf(withListKind(value, cut), locator, 0);
}

/** An item of a list without a kind of its own is of the list's. */
function withListKind(value: unknown, piece: Piece): unknown {
  const object = record(value);
  if (piece.head === undefined || object === undefined || object.kind !== undefined) return value;
  const { apiVersion, kind } = parseHead(piece.head);
  if (kind === undefined || kind === 'List' || !kind.endsWith('List')) return value;
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...object };
}

function* objectsOf(value: unknown, locator: string, depth: number): Generator<ReadObject> {
  const object = record(value) as ApiObject | undefined;
  const elements = Array.isArray(value) ? value : object === undefined ? undefined : listItems(object);
  if (elements !== undefined && depth < maxListDepth) {
    for (const [index, item] of elements.entries()) yield* objectsOf(item, `${locator}[${index + 1}]`, depth + 1);
    return;
  }
  const skip = (reason: string): ReadObject => ({ gap: gap('FB-FILE-SKIPPED', [], locator, reason) });
  if (object === undefined) yield skip('It is plain text or a list, not an object.');
  else if (isTemplated(object))
    yield {
      gap: gap('FB-YAML-INVALID', ['*'], locator, 'Its name is a template that was not rendered: run `helm template`.'),
    };
  else if (resourceOf(object) === undefined)
    yield skip('It has no apiVersion or no kind, so it is no Kubernetes object.');
  else if (isClientFile(object))
    yield skip(`A ${printable(text(object.kind) ?? '')} is read by a tool, not stored by a cluster: render it first.`);
  else yield { object, locator };
}

/** Files of tools in the clothes of an object: kustomization, kubeconfig and their kin have no name to be stored under. */
function isClientFile(object: ApiObject): boolean {
  const { group } = groupVersion(text(object.apiVersion) ?? '');
  if (group === 'kustomize.config.k8s.io' || group === 'kind.x-k8s.io') return true;
  return group === '' && object.kind === 'Config' && textAt(object, 'metadata', 'name') === undefined;
}

const skippedReasons: Readonly<Record<Exclude<Skipped['kind'], 'too-long'>, string>> = {
  'too-deep': 'JSON that nests deeper than 200 levels.',
  'broken-list': 'A long list that breaks off or is not well-formed; the items before this place were read.',
  notes: 'The notes of a Helm release: text for people.',
};

function gapOfSkipped(cut: Skipped, locator: string, limits: PieceLimits): Gap {
  const where = `${locator} line ${cut.line}`;
  if (cut.kind === 'too-long')
    return gap('FB-FILE-TOO-LARGE', ['*'], where, `It is longer than ${limits.maxPiece} bytes and was passed over.`);
  const code = cut.kind === 'too-deep' ? 'FB-YAML-BOMB' : cut.kind === 'notes' ? 'FB-FILE-SKIPPED' : 'FB-YAML-INVALID';
  return gap(code, cut.kind === 'notes' ? [] : ['*'], where, skippedReasons[cut.kind]);
}

/** A document that was read all the same leaves nothing out. */
function gapOfProblem(problem: Problem, locator: string, value: unknown): Gap {
  return gap(problem.code, value === undefined ? ['*'] : [], `${locator} line ${problem.line}`, problem.reason);
}

const nameOfSource = (source: ManifestSource) => (source.path === '-' ? 'stdin' : source.path);
const fileOf = (locator: string) => locator.slice(0, Math.max(0, locator.lastIndexOf('#')));

/** Lets through the first gaps of each file and code, and counts the others. */
function gapBudget(): { spend(each: Gap, file: string): readonly Gap[]; rest(): readonly Gap[] } {
  const spent = new Map<string, { file: string; gap: Gap; count: number; kinds: Set<string> }>();
  return {
    spend(each, file) {
      const key = `${each.code} ${file}`;
      const entry = spent.get(key) ?? { file, gap: each, count: 0, kinds: new Set<string>() };
      entry.count += 1;
      spent.set(key, entry);
      if (entry.count <= maxGapsOfCode) return [each];
      for (const kind of each.kinds) entry.kinds.add(kind);
      return [];
    },
    rest: () =>
      [...spent.values()]
        .filter((entry) => entry.count > maxGapsOfCode)
        .map(({ file, gap: { code }, count, kinds }) => ({
          kinds: [...kinds],
          where: printable(file),
          code,
          reason: `${count - maxGapsOfCode} more of these in this file.`,
          next: code in catalogue ? catalogue[code as keyof typeof catalogue].next : '',
        })),
  };
}
