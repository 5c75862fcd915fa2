import { z } from 'zod';

/**
 * What one admission policy of Firebreak's making denies. Told from the policy itself, never from its name or labels: a policy
 * that says anything else, or says it differently, has no denial and counts for nothing.
 */
const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'not a valid namespace name');
const text = z
  .string()
  .min(1)
  .max(512)
  .refine((value) => value.isWellFormed(), 'not well-formed Unicode');

export const deniedSubject = z.object({
  kind: z.enum(['User', 'Group', 'ServiceAccount']),
  name: text,
  /** Of a service account. */
  namespace: namespace.optional(),
});
export type DeniedSubject = z.infer<typeof deniedSubject>;

/** New pods that run as an account. */
export const deniedAccount = z.object({ deny: z.literal('account'), namespace, serviceAccount: text });

/** Images in new pods, and new images in pods that there are. */
export const deniedImages = z.object({
  deny: z.literal('images'),
  /**
   * `@sha256:…` for a digest, `registry.example/` or `registry.example/team/` for everything below, else one repository with
   * all its tags and digests. Compared with the image as it is written in the pod.
   */
  images: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^(?:@sha256:[0-9a-f]{64}|[A-Za-z0-9][A-Za-z0-9._:/-]*)$/, 'not an image, registry or digest'),
    )
    .min(1)
    .max(20),
  /** The whole cluster when absent. */
  namespace: namespace.optional(),
});

/** Every change that an identity asks for: create, update, patch, delete, and connect (exec, attach, port-forward, proxy). */
export const deniedWrites = z.object({
  deny: z.literal('writes'),
  subject: deniedSubject,
  /** `''` for the core group, `*` for all. */
  group: z
    .string()
    .max(253)
    .regex(/^(?:\*|[a-z0-9.-]*)$/, 'not an API group'),
  /** `pods`, `pods/exec`; `*` for all resources and `*`+`/*` for their subresources too. */
  resources: z
    .array(z.string().regex(/^(?:\*|[a-z0-9.-]{1,100})(?:\/(?:\*|[a-z]{1,100}))?$/, 'not a resource'))
    .min(1)
    .max(20),
  /** All namespaces, and what has none, when absent. */
  namespace: namespace.optional(),
});

export const denial = z.discriminatedUnion('deny', [deniedAccount, deniedImages, deniedWrites]);
export type Denial = z.infer<typeof denial>;
