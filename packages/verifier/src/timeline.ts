/** The timeline document, read with care: it is true only when the report says so, and its texts are whatever they are. */
import { momentSchema } from '@firebreak/contract';
import { z } from 'zod';

const timelineSchema = z.object({
  incident: z.object({ id: z.string(), title: z.string() }),
  moments: z.array(momentSchema.pick({ at: true, kind: true, words: true })),
});
export type TimelineDocument = z.infer<typeof timelineSchema>;

/** Undefined when the bytes are no timeline. */
export function readTimeline(bytes: Uint8Array): TimelineDocument | undefined {
  try {
    return timelineSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}
