/**
 * Findings: what a detector says is wrong, where it stands, and what to do next. What is found in the state of the estate (a
 * workflow file, a policy) and what is found in events share this shape.
 */
import { z } from 'zod';
import type { Estate, FactId, FactKind } from './facts.ts';

export const findingSeverities = ['info', 'low', 'medium', 'high', 'critical'] as const;

export const findingSchema = z.object({
  detector: z.string(),
  severity: z.enum(findingSeverities),
  title: z.string(),
  /** The fact that it is about, also the id of its node where it has one. */
  about: z.string(),
  /** File or API path, with line and column (1-based) where they are known. */
  where: z.object({ locator: z.string(), line: z.number().optional(), column: z.number().optional() }),
  /** What of this very place made it a finding. Foreign text is allowed: data. */
  note: z.string().optional(),
  /** Only worth a look by somebody who wants everything. */
  thorough: z.boolean(),
  what: z.string(),
  why: z.string(),
  next: z.string(),
  techniques: z.array(z.string()),
  facts: z.array(z.string()).min(1),
});
export type Finding = z.infer<typeof findingSchema>;

/** What a detector yields; the host adds what the detector says of itself. */
export interface Found {
  readonly about: FactId;
  readonly facts: readonly FactId[];
  readonly where: Finding['where'];
  readonly note?: string;
  /** The detector's own when absent. */
  readonly severity?: Finding['severity'];
  readonly thorough?: boolean;
}

/** Looks at the state of the estate. One file, one detector; the file's name is its id. */
export interface StateDetector {
  readonly id: string;
  /** `trial`: shown, counted, wakes nobody. */
  readonly status: 'trial' | 'stable';
  readonly severity: Finding['severity'];
  readonly title: string;
  /** Where a needed kind has gaps the answer is `limited`, never "clean". */
  readonly needs: readonly FactKind[];
  readonly techniques: readonly string[];
  readonly explain: { readonly what: string; readonly why: string; readonly next: string };
  /** Pure, deterministic, in the order of the facts. */
  readonly detect: (estate: Estate) => Iterable<Found>;
}
