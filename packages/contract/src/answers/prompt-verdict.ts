/** What is said of one text about injected instructions. */
import { z } from 'zod';

/** Who wrote a text: `user` may give instructions; nobody asked what was `retrieved` or answered by a `tool` for any. */
export const promptOrigins = ['user', 'retrieved', 'tool'] as const;
export type PromptOrigin = (typeof promptOrigins)[number];

export const promptSignalSchema = z.object({
  /** Rule by `<pack>/<id>`, or `model`. */
  rule: z.string(),
  title: z.string(),
  /** How it was found: `plain`, or the disguise that was taken off. */
  form: z.string(),
  /** In UTF-16 units of the text that was asked about; the end is exclusive. */
  start: z.number(),
  end: z.number(),
  /** What it says, disguise taken off, cut. Foreign text. */
  says: z.string(),
  /** From 2 on worth a look, from 4 on an injection. */
  weight: z.number(),
  tags: z.array(z.string()),
});
export type PromptSignal = z.infer<typeof promptSignalSchema>;

export const promptVerdictSchema = z.object({
  verdict: z.enum(['injection', 'suspicious', 'none']),
  /** 0 to 1: what the signals make together. No probability: nobody knows how often your texts are attacked. */
  score: z.number(),
  origin: z.enum(promptOrigins),
  /** The strongest first, at most twenty. */
  signals: z.array(promptSignalSchema),
  /** The text was longer, or had more in it, than is looked at. */
  truncated: z.boolean(),
  /** What the verdict is worth. */
  caveat: z.string(),
});
export type PromptVerdict = z.infer<typeof promptVerdictSchema>;
