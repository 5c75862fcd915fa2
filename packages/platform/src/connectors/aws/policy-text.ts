/**
 * Policy documents as they come: objects (the command line decodes them), JSON text (Organizations), or JSON percent-encoded
 * by RFC 3986 (the raw IAM API).
 */
import { type Foreign, record } from '../../intake/foreign.ts';

/** Characters of one document as text. IAM stores 10,240 at most. */
const maxText = 4 * 1024 * 1024;

/** The document, or undefined when it is none. */
export function policyDocument(value: unknown): Foreign | undefined {
  if (typeof value !== 'string') return record(value);
  if (value.length > maxText) return undefined;
  const direct = parsed(value);
  if (direct !== undefined) return direct;
  try {
    return parsed(decodeURIComponent(value));
  } catch {
    return undefined;
  }
}

function parsed(source: string): Foreign | undefined {
  try {
    return record(JSON.parse(source));
  } catch {
    return undefined;
  }
}

/** Whether a JSON value nests no deeper than `limit`; walks without recursion, so that depth itself cannot hurt. */
export function nestsWithin(value: unknown, limit: number): boolean {
  const open: { readonly part: unknown; readonly depth: number }[] = [{ part: value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.part !== 'object' || next.part === null) continue;
    if (next.depth >= limit) return false;
    for (const part of Object.values(next.part)) open.push({ part, depth: next.depth + 1 });
  }
  return true;
}
