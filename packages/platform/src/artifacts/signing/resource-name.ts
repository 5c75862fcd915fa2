/** Names of what is signed: where the file lies below the model, with `/`, as the reference tool writes them. */
import { accepted, type Judged, refused } from './bundle/refusal.ts';

/** A whole file, or the bytes from `start` up to `end` of it. `path` is `.` for a model that is one file. */
export interface Resource {
  readonly path: string;
  readonly shard?: { readonly start: number; readonly end: number };
}

const longest = 4096;
const shardName = /^(.+):(0|[1-9]\d{0,15}):([1-9]\d{0,15})$/s;

/**
 * Whether a path names one place below the model and nothing else: no way up, no root, no second way to write it. Compared
 * byte by byte after this: two spellings of one letter are two names.
 */
export function isPlainPath(path: string): boolean {
  if (path === '' || path.length > longest || path.includes('\0') || !path.isWellFormed()) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

export function nameOf({ path, shard }: Resource): string {
  return shard === undefined ? path : `${path}:${shard.start}:${shard.end}`;
}

/** The resource that a signed name means under that method. */
export function resourceNamed(name: string, method: 'files' | 'shards'): Judged<Resource> {
  const bad = () =>
    refused('FB-SIGNATURE-STATEMENT', 'A signed name leads out of the model, or is not written plainly.');
  if (method === 'files') return name === '.' || isPlainPath(name) ? accepted({ path: name }) : bad();
  const [, path = '', start, end] = shardName.exec(name) ?? [];
  const shard = { start: Number(start), end: Number(end) };
  if ((path !== '.' && !isPlainPath(path)) || !(shard.end > shard.start)) return bad();
  return accepted({ path, shard });
}

/** Order of the reference tool: by the parts of the path, by code point, then by place in the file. */
export function compareResources(one: Resource, other: Resource): number {
  const [parts, others] = [one.path.split('/'), other.path.split('/')];
  for (let place = 0; place < Math.min(parts.length, others.length); place += 1) {
    // Bytes of UTF-8 sort as code points do; UTF-16 does not.
    const order = Buffer.compare(Buffer.from(parts[place] as string), Buffer.from(others[place] as string));
    if (order !== 0) return order;
  }
  return parts.length - others.length || (one.shard?.start ?? 0) - (other.shard?.start ?? 0);
}
