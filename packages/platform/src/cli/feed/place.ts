/** How far sources were read, as it is kept between two runs. */
import { z } from 'zod';

const filePlace = z.object({
  /** Absolute path. */
  file: z.string(),
  /** Bytes after unpacking. */
  offset: z.number(),
  /** Digest of its first bytes, and of how many. */
  head: z.string(),
  headBytes: z.number(),
});
const bucketPlace = z.object({
  /** `s3://bucket/prefix`. */
  file: z.string(),
  /** Up to which time of writing all was read (ISO 8601). */
  written: z.iso.datetime(),
  /** Marks of what was read of the hours before that, in which more may still appear. */
  read: z.array(z.string()),
  /** Keys that could not be read yet. */
  unread: z.array(z.string()),
});

export type FilePlace = z.infer<typeof filePlace>;
export type BucketPlace = z.infer<typeof bucketPlace>;
export type FeedPlace = FilePlace | BucketPlace;

/** What `--state` names. */
export const placesSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.union([filePlace, bucketPlace])),
});
