/** OTLP's answer to an exporter, in its own form. Source: the OTLP specification, "Partial Success". */
import { z } from 'zod';

/** 64 bits do not fit a number of JSON. */
const count = z.string().regex(/^\d+$/);

export const otlpAnswerSchema = z.object({
  /** Absent when all was taken. */
  partialSuccess: z
    .object({
      rejectedSpans: count.optional(),
      rejectedLogRecords: count.optional(),
      rejectedDataPoints: count.optional(),
      errorMessage: z.string(),
    })
    .optional(),
});
export type OtlpAnswer = z.infer<typeof otlpAnswerSchema>;
