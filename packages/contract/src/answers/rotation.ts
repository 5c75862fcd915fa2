/** Secrets that stood in texts, to be rotated. The secrets themselves are nowhere here. */
import { z } from 'zod';

export const rotationStates = ['open', 'rotated', 'dismissed'] as const;
export type RotationState = (typeof rotationStates)[number];

/** Where a secret stood. */
export const rotationPlaceSchema = z.object({
  /** Id of the event. */
  event: z.string(),
  time: z.string(),
  /** The field of the event that the text is in, and who said it. */
  path: z.string(),
  /** In UTF-16 units of that text; the end is exclusive. */
  start: z.number(),
  end: z.number(),
  locator: z.string(),
});
export type RotationPlace = z.infer<typeof rotationPlaceSchema>;

export const rotationItemSchema = z.object({
  /** HMAC-SHA-256 (hex) of the secret under a key of this installation: the same secret has the same, and nobody else can try guesses. */
  id: z.string(),
  /** The rule that found it: `github-token`. */
  kind: z.string(),
  title: z.string(),
  /** Where such a secret is revoked, in words; empty when nobody knows. */
  rotate: z.string(),
  /** Nodes that it opens or is, where that can be told. */
  opens: z.array(z.string()),
  first: z.string(),
  last: z.string(),
  /** In how many places; the newest hundred are listed. */
  count: z.number(),
  places: z.array(rotationPlaceSchema),
  state: z.enum(rotationStates),
  decision: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
});
export type RotationItem = z.infer<typeof rotationItemSchema>;
