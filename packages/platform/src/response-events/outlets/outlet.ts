/** A way out: where a team's other systems want to hear of detections, incidents and what was done. One kind, one file in `kinds/`. */
import type { KeptDetection, QueueRow } from '@firebreak/contract';
import { findingSeverities } from '@firebreak/contract';
import { z } from 'zod';
import { secretReference } from '../../intake/secret-reference.ts';
import type { OcsfEvent } from '../ocsf.ts';

const messageKinds = ['detections', 'incidents', 'response'] as const;
export type MessageKind = (typeof messageKinds)[number];

/** One thing to tell. The same thing told again has the same id, so that whoever hears it twice can see that. */
export interface Message {
  readonly kind: MessageKind;
  readonly id: string;
  readonly severity: KeptDetection['severity'];
  /** Plain words for people. */
  readonly title: string;
  readonly text: string;
  readonly incident: string | null;
  readonly at: string;
  readonly ocsf: OcsfEvent;
  readonly detection?: KeptDetection;
  readonly row?: QueueRow;
  /** Of an incident: this is the first that is heard of it. */
  readonly opens?: boolean;
}

/**
 * `told`: taken by the other side, as far as it says so. `refused`: it will never be taken; the others go on. `later`: it is tried
 * again, and what comes after waits.
 */
export type Told =
  | { readonly is: 'told' }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'later'; readonly why: string };

export interface Outlet {
  tell(message: Message, signal: AbortSignal): Promise<Told>;
  close(): Promise<void>;
}

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not a name of small letters, digits and dashes');
const headers = z
  .record(z.string().regex(/^[\w-]{1,100}$/), z.union([z.string().max(4000), secretReference]))
  .default({});
const common = {
  id,
  /** What it wants to hear of. */
  tells: z.array(z.enum(messageKinds)).min(1).default(['incidents']),
  /** What is less severe is left out; responses are told whatever they are. */
  from: z.enum(findingSeverities).default('medium'),
};
const address = z.url({ protocol: /^https?$/ });

export const outletSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: address,
    headers,
    /** With it the body is signed: `x-firebreak-signature: sha256=<HMAC>`. */
    secret: secretReference.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('syslog'),
    /** `tcp://host:601`, `tls://host:6514`, `udp://host:514`. */
    address: z
      .string()
      .regex(/^(tcp|tls|udp):\/\/(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, 'not tcp://, tls:// or udp:// with a port'),
    /** PEM file of an authority to trust besides the usual ones. */
    ca: z.string().optional(),
    facility: z.number().int().min(0).max(23).default(13),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('ticket'),
    url: address,
    method: z.enum(['POST', 'PUT']).default('POST'),
    headers,
    /** One ticket an incident: only when it is opened. */
    once: z.boolean().default(true),
    /** JSON whose texts may hold `{{title}}`, `{{text}}`, `{{severity}}`, `{{id}}`, `{{incident}}`, `{{at}}`, `{{link}}`. */
    body: z.unknown(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('alertmanager'),
    /** Without the path of the API. */
    url: address,
    headers,
  }),
]);
export type OutletConfig = z.infer<typeof outletSchema>;
export type OutletOf<K extends OutletConfig['kind']> = Extract<OutletConfig, { kind: K }>;

export const outletsSchema = z.strictObject({
  /** How people reach this server, for links. */
  address: z.url({ protocol: /^https?$/ }).optional(),
  outlets: z
    .array(outletSchema)
    .max(50)
    .refine((all) => new Set(all.map((each) => each.id)).size === all.length, 'two outlets have the same id'),
});
export type Outlets = z.infer<typeof outletsSchema>;
