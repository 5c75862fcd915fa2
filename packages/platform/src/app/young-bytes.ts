/**
 * Lets go of bytes that were held for a moment only. Bodies of requests lie outside of V8's heap, and it answers tens of megabytes of
 * them by marking all of the heap, on all cores, however little of it has changed: a fifth of what an event cost (`npm run bench:events`). A
 * look at the young part finds them as well. Without the function that asks for one nothing is done, and V8 does as it likes.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Far below what V8 marks for (64 MB): what a body came in as, and what comes of it, is outside of the heap as well. */
const eachBytes = 8 << 20;

/** A function of V8's own that contexts get which are made under this flag. */
function collector(): ((how: { readonly type: 'minor' }) => void) | undefined {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  setFlagsFromString('--no-expose-gc');
  return found as ((how: { readonly type: 'minor' }) => void) | undefined;
}

export class YoungBytes {
  #since = 0;
  #collect: ReturnType<typeof collector>;

  /** So many more were held, and let go of soon. */
  held(bytes: number): void {
    this.#since += bytes;
    if (this.#since < eachBytes) return;
    this.#since = 0;
    this.#collect ??= collector();
    this.#collect?.({ type: 'minor' });
  }
}
