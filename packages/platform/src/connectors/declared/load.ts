/** Declarations from a file or folder: read again each time they are needed, so that what is pulled is what is there now. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { FirebreakError, type Gap } from '@firebreak/contract';
import canonicalize from 'canonicalize';
import { readDocuments } from '../../intake/documents/read-documents.ts';
import { printable, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { type Definition, definitionSchema } from './definition/definition.ts';

export interface Declared {
  readonly definition: Definition;
  /** SHA-256 of the canonical JSON of the document as it is written, hex. */
  readonly digest: string;
  /** File and document. */
  readonly locator: string;
}

const limits = { maxDocumentBytes: 512 * 1024, maxDocuments: 2000 };
const kinds = ['declared.lever'];

export async function* loadDeclared(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Declared | { readonly gap: Gap }> {
  await mustNotBeOpenToAll(path);
  const seen = new Set<string>();
  for await (const read of readDocuments({ path, kinds, ...limits }, signal)) {
    if ('gap' in read) {
      yield read;
      continue;
    }
    const { value, locator } = read.document;
    if (textAt(value, 'kind') !== 'Lever' || textAt(value, 'apiVersion')?.startsWith('firebreak.dev/') !== true) {
      yield { gap: gap('FB-OBJECT-IGNORED', [], locator, 'It declares no lever.') };
      continue;
    }
    const parsed = definitionSchema.safeParse(value);
    if (!parsed.success) {
      yield { gap: gap('FB-LEVER-INVALID', kinds, locator, complaint(parsed.error.issues)) };
      continue;
    }
    const { id } = parsed.data;
    if (seen.has(id)) {
      yield { gap: gap('FB-LEVER-INVALID', kinds, locator, `id: ${id} is declared more than once; the first counts.`) };
      continue;
    }
    seen.add(id);
    yield { definition: parsed.data, digest: digestOf(value), locator };
  }
}

/**
 * The declaration that a plan was made with.
 *
 * @throws FirebreakError FB-LEVER-CHANGED where there is none of this name any more, or another
 */
export async function findDeclared(
  path: string,
  wanted: { readonly lever: string; readonly definition: string },
  signal: AbortSignal,
): Promise<Declared> {
  for await (const found of loadDeclared(path, signal)) {
    if ('gap' in found || found.definition.id !== wanted.lever) continue;
    if (found.digest === wanted.definition) return found;
    throw new FirebreakError('FB-LEVER-CHANGED', `${found.locator} declares ${wanted.lever} in another way now.`);
  }
  throw new FirebreakError('FB-LEVER-CHANGED', `${printable(path)} declares no ${wanted.lever}.`);
}

function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}

/** A declaration is a program: where everybody may write it, everybody pulls our levers. */
async function mustNotBeOpenToAll(path: string): Promise<void> {
  if (path === '-' || process.platform === 'win32') return;
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && (found.mode & 0o002) !== 0)
    throw new FirebreakError('FB-LEVER-INVALID', `Everybody may write to ${printable(path)}.`);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code: string;
}

/** `do.http.url: not an address …`, at most three of them. */
function complaint(issues: readonly Issue[]): string {
  const shown = issues.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`);
  return `${shown.join('; ')}${issues.length > 3 ? `; and ${issues.length - 3} more` : ''}.`;
}
