/**
 * All facts of an estate as one document, for the evidence: what the graph and the plan were made from. One fact a line in
 * canonical JSON, sorted by kind and id, so that equal estates give equal bytes wherever and in whatever order they were read.
 */
import type { Estate } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Stream } from '../kernel/digest.ts';
import { factsOf } from './join-estates.ts';

export interface ManifestSet {
  readonly mediaType: 'application/jsonl';
  readonly bytes: Uint8Array;
  readonly facts: number;
}

/** `{"data":…,"id":…,"kind":…,"source":…}` a line. Holds no secret: facts hold none. */
export function manifestSet(estate: Estate): ManifestSet {
  const lines = [...manifestLines(estate)];
  return { mediaType: 'application/jsonl', bytes: Buffer.from(lines.join(''), 'utf8'), facts: lines.length };
}

/** SHA-256 (hex) of the bytes of the manifest set, without holding them. */
export function manifestDigest(estate: Estate): string {
  const digest = sha256Stream();
  for (const line of manifestLines(estate)) digest.update(Buffer.from(line, 'utf8'));
  return digest.hex();
}

function* manifestLines(estate: Estate): Generator<string> {
  for (const { id, kind, data, source } of factsOf(estate)) yield `${canonicalJson({ id, kind, data, source })}\n`;
}
