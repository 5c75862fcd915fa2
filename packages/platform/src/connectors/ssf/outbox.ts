/**
 * What was said to whom, and what became of it: one file an event, named by its `jti`. It is written before the event leaves, so that the
 * same event is sent again after a crash and never another one of the same meaning; receivers know it by its `jti` (RFC 8417).
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from './signing-key.ts';

const entrySchema = z.object({
  jti: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  receiver: z.string(),
  /** The signed event. */
  set: z.string().max(65_536),
  /** Written down, on its way, taken, or refused with a code of RFC 8935. */
  state: z.enum(['waiting', 'accepted', 'refused']),
  /** What showed that it was taken: `202`, or `ack` of a poll. */
  proof: z.string().optional(),
  err: z.string().optional(),
  at: z.string(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

const isJti = (jti: string) => /^[A-Za-z0-9_-]{43}$/.test(jti);

export interface Outbox {
  get(jti: string): Promise<OutboxEntry | undefined>;
  put(entry: OutboxEntry): Promise<void>;
  /** What waits for a receiver, in a fixed order. */
  waitingFor(receiver: string, atMost: number): Promise<readonly OutboxEntry[]>;
}

export function openOutbox(folder: string): Outbox {
  const get = async (jti: string) => {
    if (!isJti(jti)) return undefined;
    const text = await readFile(join(folder, `${jti}.json`), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = entrySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  };
  return {
    get,
    async put(entry) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `${entry.jti}.json`), `${JSON.stringify(entry)}\n`);
    },
    async waitingFor(receiver, atMost) {
      const found: OutboxEntry[] = [];
      const names = await readdir(folder).catch(() => []);
      for (const name of names.sort()) {
        const entry = name.endsWith('.json') ? await get(name.slice(0, -5)) : undefined;
        if (entry?.receiver === receiver && entry.state === 'waiting') found.push(entry);
        if (found.length >= atMost) break;
      }
      return found;
    },
  };
}
