/** JSON pointers (RFC 6901) over values that somebody else sent. */
import { field } from '../../../intake/foreign.ts';

export function isPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)*$/.test(text);
}

/** The value at a pointer; undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(current))
      current = /^(0|[1-9]\d{0,8})$/.test(key) ? (current as unknown[])[Number(key)] : undefined;
    else current = field(current, key);
  }
  return current;
}
