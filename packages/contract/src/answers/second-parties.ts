import { z } from 'zod';

/** Who else vouches for the log: witnesses by cosignatures, authorities by time stamps. */
export const secondPartiesSchema = z.object({
  /** How many of the witnesses are enough. */
  quorum: z.number(),
  parties: z.array(
    z.object({
      kind: z.enum(['witness', 'authority']),
      /** Name of a witness, address of an authority. */
      name: z.string(),
      url: z.string(),
      /** Of a witness. */
      verifierKey: z.string().nullable(),
      /** When it was last asked, about a log of how many entries; null for never. */
      askedAt: z.string().nullable(),
      size: z.number().nullable(),
      /** When it says that it saw that; null when it did not vouch, and `reason` says why. */
      seenAt: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  /** The newest note that they were asked about, with the cosignatures that came. */
  checkpoint: z.object({ size: z.number(), note: z.string() }).nullable(),
});
export type SecondParties = z.infer<typeof secondPartiesSchema>;
