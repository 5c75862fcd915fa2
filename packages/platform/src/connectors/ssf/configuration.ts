/** Who we are as a transmitter, and who is told: one YAML or JSON file. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { FirebreakError, signalEvents } from '@firebreak/contract';
import { z } from 'zod';
import { readDocuments } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { secretReference } from '../../intake/secret-reference.ts';

const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');
const absolute = z.string().max(1024).refine(isAbsolute, 'not an absolute path');
const web = z.url({ protocol: /^https?$/ }).max(2048);

const receiver = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'not a name of a receiver'),
    audience: oneLine(2048),
    /** RFC 8935. */
    push: z
      .strictObject({
        endpoint: web,
        authorization: secretReference.optional(),
        ca: absolute.optional(),
        plain: z.boolean().default(false),
        timeoutSeconds: z.number().int().min(1).max(20).default(10),
      })
      .optional(),
    /** RFC 8936: it asks us, with this token. */
    poll: z.strictObject({ token: secretReference }).optional(),
    events: z.array(z.enum(signalEvents)).min(1),
    subjects: z
      .array(
        z.strictObject({
          node: oneLine(1024),
          as: z.record(z.string().regex(/^[a-z_]{1,32}$/), oneLine(2048)),
          credential: z
            .string()
            .regex(/^[a-z0-9-]{1,64}$/)
            .optional(),
        }),
      )
      .min(1)
      .max(64),
  })
  .refine(({ push, poll }) => (push === undefined) !== (poll === undefined), 'needs either push or poll');
export type Receiver = z.infer<typeof receiver>;

export const transmitterSchema = z
  .strictObject({
    apiVersion: z.literal('firebreak.dev/v1'),
    kind: z.literal('SignalTransmitter'),
    issuer: web,
    /** A private JWK; made when there is none. */
    key: absolute,
    /** A folder for what was sent, and what became of it. */
    outbox: absolute,
    /** Where receivers find our key and events that wait for them, behind whatever speaks TLS for us. */
    listen: z
      .strictObject({
        host: z.enum(['127.0.0.1', '::1']).default('127.0.0.1'),
        port: z.number().int().min(0).max(65_535),
      })
      .optional(),
    receivers: z.array(receiver).min(1).max(200),
  })
  .refine(({ receivers }) => new Set(receivers.map(({ id }) => id)).size === receivers.length, {
    message: 'two receivers have one id',
    path: ['receivers'],
  });
export type Transmitter = z.infer<typeof transmitterSchema>;

/** @throws FirebreakError FB-LEVER-INVALID naming file and place */
export async function readTransmitter(path: string, signal: AbortSignal): Promise<Transmitter> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && process.platform !== 'win32' && (found.mode & 0o002) !== 0)
    throw new FirebreakError('FB-LEVER-INVALID', `Everybody may write to ${printable(path)}.`);
  for await (const read of readDocuments(
    { path, kinds: ['ssf.receiver'], maxDocumentBytes: 1024 * 1024, maxDocuments: 1 },
    signal,
  )) {
    if ('gap' in read) throw new FirebreakError('FB-LEVER-INVALID', `${read.gap.where}: ${read.gap.reason}`);
    const parsed = transmitterSchema.safeParse(read.document.value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.') || 'it';
    throw new FirebreakError(
      'FB-LEVER-INVALID',
      `${read.document.locator}: ${place}: ${issue?.message ?? 'wrong form'}.`,
    );
  }
  throw new FirebreakError('FB-LEVER-INVALID', `${printable(path)} describes no transmitter.`);
}
