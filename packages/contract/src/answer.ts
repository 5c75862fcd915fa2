import { z } from 'zod';

/**
 * Something that a connector could not read, and why. Gaps travel with the facts; whatever depends on the missing kind
 * answers `limited` and quotes them. A gap is data, never an exception.
 */
export const gapSchema = z.object({
  /** The fact kinds that may be missing or incomplete because of it; `*` when unknown. */
  kinds: z.array(z.string()),
  /** Where: a namespace, a file and document number, an API path. */
  where: z.string(),
  /** One of the stable codes of the error catalogue. */
  code: z.string(),
  /** One plain sentence. Foreign text in it is escaped and shortened. */
  reason: z.string(),
  /** What would close the gap. */
  next: z.string(),
});
export type Gap = z.infer<typeof gapSchema>;

/** Every result says whether it is the whole truth. */
export const completenessSchema = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('complete') }),
  z.object({ answer: z.literal('limited'), reasons: z.array(gapSchema).min(1) }),
]);
export type Completeness = z.infer<typeof completenessSchema>;

/** `limited` when any gap touches one of the kinds that an answer depends on, else `complete`. */
export function completeness(gaps: readonly Gap[], dependsOn: 'any' | ReadonlySet<string>): Completeness {
  const reasons = gaps.filter(
    (gap) => dependsOn === 'any' || gap.kinds.some((kind) => kind === '*' || dependsOn.has(kind)),
  );
  return reasons.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons };
}
