/** What an inspection says of the files of a model: may they be loaded, and if not, what loading them would do. */
import { z } from 'zod';

/** `cannot-tell`: it is packed or written in a way that is not read here, so nobody may call it safe. */
export const artifactVerdicts = ['safe', 'suspicious', 'cannot-tell', 'unsafe'] as const;
export type ArtifactVerdict = (typeof artifactVerdicts)[number];

export const artifactReasonSchema = z.object({
  /** `pickle/call`, `zip/duplicate-name`, …: what kind of reason it is; stable. */
  rule: z.string(),
  verdict: z.enum(['suspicious', 'cannot-tell', 'unsafe']),
  /** Names of parts inside the file, outermost first; empty for the file itself. Foreign. */
  inside: z.array(z.string()),
  /** Byte in the innermost part at which it stands. */
  offset: z.number().int().nonnegative(),
  /** A whole sentence. Names and arguments in it are foreign. */
  what: z.string(),
});
export type ArtifactReason = z.infer<typeof artifactReasonSchema>;

export const artifactFileSchema = z.object({
  /** As given, or below the folder that was given. */
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** By content: `pickle`, `torch-zip`, `safetensors`, `unknown`, … */
  format: z.string(),
  verdict: z.enum(artifactVerdicts),
  reasons: z.array(artifactReasonSchema),
  /** Reasons beyond those listed. */
  moreReasons: z.number(),
});
export type ArtifactFile = z.infer<typeof artifactFileSchema>;

export const artifactReportSchema = z.object({
  kind: z.literal('firebreak/artifact-report'),
  /** ISO 8601. */
  at: z.string(),
  verdict: z.enum(artifactVerdicts),
  files: z.array(artifactFileSchema),
});
export type ArtifactReport = z.infer<typeof artifactReportSchema>;
