/**
 * Files of AWS answers: a file, a folder, or standard input. Everything is read before anything is handed on, because the
 * credential report of an account may come before or after its users. What must stay true: no file above the bound is read,
 * nothing nests so deep that walking it hurts, and a file that is no answer of AWS is named.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Collected, FirebreakError } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { codeOf, walk } from '../../intake/walk.ts';
import { type Answers, makeAnswers } from './answers.ts';
import { isCredentialReport } from './credential-report.ts';
import { nestsWithin } from './policy-text.ts';
import type { AwsSession } from './session.ts';

export interface FileSource {
  /** Folder, file, or `-`. */
  readonly path: string;
  readonly maxFileBytes: number;
  /** Where `-` is read from; standard input when absent. */
  readonly input?: AsyncIterable<Uint8Array>;
}

const walkLimits = { maxDepth: 8, maxFiles: 5000 };
/** Bytes of all files together. */
const maxBytes = 1024 * 1024 * 1024;
/** AWS nests a dozen levels. */
const maxDepth = 64;

/** @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function openFiles(source: FileSource): Promise<AwsSession> {
  const where = printable(source.path);
  if (source.path !== '-') {
    const found = await stat(source.path).catch((error: unknown) => {
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `${where} cannot be opened (${codeOf(error)}).`);
    });
    if (found.isCharacterDevice() || found.isBlockDevice())
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `${where} is a device, not a file.`);
  }
  return {
    address: source.path === '-' ? 'standard input' : source.path,
    collect: (signal) => collect(source, signal),
    close: async () => {},
  };
}

async function* collect(source: FileSource, signal: AbortSignal): AsyncGenerator<Collected> {
  const answers = makeAnswers();
  let bytes = 0;
  for await (const file of filesOf(source, signal)) {
    if ('gap' in file) {
      yield file;
      continue;
    }
    const content = await contentOf(file.chunks, Math.min(source.maxFileBytes, maxBytes - bytes), signal);
    if (typeof content === 'string' || Buffer.isBuffer(content)) {
      bytes += content.length;
      const problem = take(answers, content.toString('utf8'), file.name);
      if (problem !== undefined) yield { gap: problem };
    } else yield { gap: gap(content.code, ['*'], file.name, content.reason) };
  }
  let facts = 0;
  for (const collected of answers.finish()) {
    signal.throwIfAborted();
    if ('fact' in collected) facts += 1;
    yield collected;
  }
  if (facts === 0) yield { gap: gap('FB-SOURCE-EMPTY', ['*'], printable(source.path), 'Nothing in it became a fact.') };
}

type File = { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> };

async function* filesOf(
  source: FileSource,
  signal: AbortSignal,
): AsyncGenerator<File | Extract<Collected, { gap: unknown }>> {
  if (source.path === '-') {
    yield { name: 'stdin', chunks: source.input ?? process.stdin };
    return;
  }
  if (!(await stat(source.path)).isDirectory()) {
    yield { name: basename(source.path), chunks: createReadStream(source.path) };
    return;
  }
  for await (const found of walk(source.path, walkLimits, signal))
    if ('gap' in found) {
      if (found.gap.code !== 'FB-FILE-SKIPPED') yield found;
    } else yield { name: found.name, chunks: createReadStream(found.file) };
  // The walk knows manifests by their name; reports are tables, and lie at the top.
  for (const name of (await readdir(source.path)).sort())
    if (name.toLowerCase().endsWith('.csv')) yield { name, chunks: createReadStream(join(source.path, name)) };
}

/** Reads to the end or to the bound. */
async function contentOf(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer | { readonly code: 'FB-FILE-TOO-LARGE' | 'FB-SOURCE-UNREADABLE'; readonly reason: string }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      length += chunk.length;
      if (length > limit)
        return { code: 'FB-FILE-TOO-LARGE', reason: `It has more than ${limit} bytes and was not read.` };
      parts.push(chunk);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'syscall' in error)) throw error;
    return { code: 'FB-SOURCE-UNREADABLE', reason: `Reading it failed (${codeOf(error)}).` };
  }
  return Buffer.concat(parts);
}

/** Hands one file's content to the answers. Answers with a gap when it is none. */
function take(answers: Answers, source: string, name: string) {
  const written = source.replace(/^\uFEFF/, '');
  if (isCredentialReport(written)) {
    answers.add(written, name);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return gap('FB-YAML-INVALID', ['*'], name, 'It is not one JSON value.');
  }
  if (!nestsWithin(value, maxDepth))
    return gap('FB-YAML-BOMB', ['*'], name, `It nests deeper than ${maxDepth} levels.`);
  if (!answers.add(value, name))
    return gap('FB-FILE-SKIPPED', [], name, 'It is none of the answers of AWS that tell of identities.');
  return undefined;
}
