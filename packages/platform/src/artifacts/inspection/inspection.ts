/**
 * What one inspection of one file has found so far, and how much it may still spend. The parts of a file are inspected in turn by
 * readers of their formats, which say reasons; the verdict is the worst of them. A reader that throws makes its part unsafe.
 */
import type { ArtifactReason, ArtifactVerdict } from '@firebreak/contract';
import { type Bytes, Damaged, TooMuch } from './bytes.ts';

const mostReasons = 100;
const longestSentence = 600;
const worse: readonly ArtifactVerdict[] = ['safe', 'suspicious', 'cannot-tell', 'unsafe'];

export function worst(verdicts: Iterable<ArtifactVerdict>): ArtifactVerdict {
  let found = 0;
  for (const verdict of verdicts) found = Math.max(found, worse.indexOf(verdict));
  return worse[found] ?? 'unsafe';
}

export interface Limits {
  /** Containers in containers. */
  readonly depth: number;
  /** What all that is packed may unpack to, bytes. */
  readonly unpacked: number;
  /** How many times larger than its packed form a part may be, once it is larger than a mebibyte. */
  readonly ratio: number;
  readonly members: number;
  readonly pickleOperations: number;
  /** Milliseconds on the clock of whoever inspects. */
  readonly until: number;
}

export const defaultLimits: Omit<Limits, 'until'> = {
  depth: 4,
  unpacked: 16 * 1024 ** 3,
  ratio: 1032,
  members: 100_000,
  pickleOperations: 50_000_000,
};

export interface Surroundings {
  readonly limits: Limits;
  /** Milliseconds. */
  readonly now: () => number;
  /** Names (`module.name`) that this site lets pickles use beside those that come along. */
  readonly allowed: ReadonlySet<string>;
  /** What lies beside the file, for formats that point at other files: its size, or why it must not be followed. */
  readonly beside: (name: string) => number | 'missing' | 'outside' | 'link';
}

export class Inspection {
  readonly reasons: ArtifactReason[] = [];
  readonly surroundings: Surroundings;
  more = 0;
  unpacked = 0;
  #verdict: ArtifactVerdict = 'safe';

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  get verdict(): ArtifactVerdict {
    return this.#verdict;
  }

  say(part: Part, verdict: ArtifactReason['verdict'], rule: string, offset: number, what: string): void {
    this.#verdict = worst([this.#verdict, verdict]);
    if (this.reasons.length >= mostReasons) {
      this.more += 1;
      return;
    }
    const short = what.length > longestSentence ? `${what.slice(0, longestSentence - 1)}…` : what;
    this.reasons.push({ rule, verdict, inside: [...part.inside], offset, what: short.toWellFormed() });
  }

  /** @throws TooMuch when the time is over */
  mustHaveTime(offset: number): void {
    if (this.surroundings.now() > this.surroundings.limits.until)
      throw new TooMuch(offset, 'It takes longer to read than the time that was given.');
  }
}

/** One file or one part of a container, on its way through the readers. */
export interface Part {
  readonly bytes: Bytes;
  readonly inside: readonly string[];
  readonly depth: number;
}

/** A part of a part. */
export function inner(part: Part, name: string, bytes: Bytes): Part {
  return { bytes, inside: [...part.inside, name.slice(0, 300)], depth: part.depth + 1 };
}

/** Runs a reader; whatever it cannot read is a reason. @returns what it gave, or undefined when it broke off */
export async function read<T>(
  inspection: Inspection,
  part: Part,
  format: string,
  reader: () => Promise<T> | T,
): Promise<T | undefined> {
  try {
    return await reader();
  } catch (error) {
    if (error instanceof TooMuch) inspection.say(part, 'cannot-tell', `${format}/bound`, error.offset, error.message);
    else if (error instanceof Damaged) inspection.say(part, 'unsafe', `${format}/damaged`, error.offset, error.message);
    else if (isTooShort(error))
      inspection.say(part, 'unsafe', `${format}/damaged`, 0, 'A header is shorter than its fields.');
    else throw error;
    return undefined;
  }
}

/** A field read beyond the end of a header. */
function isTooShort(error: unknown): boolean {
  const code = error instanceof RangeError ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ERR_BUFFER_OUT_OF_BOUNDS' || code === 'ERR_OUT_OF_RANGE';
}
