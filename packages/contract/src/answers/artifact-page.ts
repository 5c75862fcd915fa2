/** What is known of one artifact: what an inspection read in it, and what the gate decided about it. */
import { z } from 'zod';
import { artifactReportSchema } from './artifact-report.ts';
import { promotionRecordSchema } from './promotion.ts';

export const keptInspectionSchema = z.object({
  /** Its node in the estate, or what it was found by. */
  subject: z.string(),
  /** `sha256:…`; empty where there is none over all of it. */
  digest: z.string(),
  /** Why it was looked at. */
  because: z.string(),
  report: artifactReportSchema,
});

export const artifactPageSchema = z.object({
  subject: z.string(),
  /** Its node, where the estate has it. */
  node: z.object({ id: z.string(), kind: z.string(), name: z.string() }).nullable(),
  inspection: keptInspectionSchema.nullable(),
  /** Newest first; the first one is what counts. */
  promotions: z.array(promotionRecordSchema),
});
export type ArtifactPage = z.infer<typeof artifactPageSchema>;
