/**
 * Feature flags as facts, in the words of flagd's flag definitions. What must stay true: of a variant its name and never its value, which
 * may be anything; of a targeting rule only that there is one.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const word = line(512);

export const flagdFlag = z.object({
  /** The repository of the file, or the name of the folder that was opened; the address of a running flagd. */
  home: line(1024),
  /** Path below the source; absent for a running flagd. */
  file: maybe(line(2048)),
  key: word,
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: list(word),
  /** What is answered when no rule says otherwise. */
  variant: maybe(word),
  /** Whether a rule may answer another variant to some; absent where that is not told. */
  targeting: maybe(z.boolean()),
  /** Nodes that do what they do only while the flag lets them (`metadata.firebreak-gates`). */
  gates: list(z.string().min(1).max(2048)),
  /** The variant that does not let them (`metadata.firebreak-safe-variant`). */
  safe: maybe(word),
});

export const flagdFactSchemas = { 'flagd.flag': flagdFlag } as const;

/** Ids of facts and nodes. */
export function flagdId(home: string, key: string, file?: string): string {
  return `flagd:Flag/${[home, ...(file === undefined ? [] : [file]), key].join('/')}`;
}
