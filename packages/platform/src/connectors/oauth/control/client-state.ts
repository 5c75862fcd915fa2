/** A client as actions see and change it, whoever keeps it. */
import type { Change } from '@firebreak/contract';
import { z } from 'zod';

export const clientState = z.object({
  by: z.enum(['registration', 'keycloak']),
  enabled: z.boolean(),
  /** Sorted. */
  scopes: z.array(z.string()),
  grants: z.array(z.string()),
  /** What registration says of the client, without secrets. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** Keycloak's own id of the client. */
  uuid: z.string().optional(),
  /** Scopes by Keycloak's ids, and whether clients get them unasked. */
  mapped: z.array(z.object({ id: z.string(), name: z.string(), kind: z.enum(['default', 'optional']) })).optional(),
  /** Tokens that were issued before it (seconds since 1970) are refused; 0 where none are. */
  notBefore: z.number().optional(),
});
export type ClientState = z.infer<typeof clientState>;

export interface ClientWrite {
  readonly verb: Change['verb'];
  readonly method: 'PUT' | 'DELETE';
  /** `registration`, or a path below the realm in Keycloak's admin API. */
  readonly path: string;
  readonly body?: unknown;
}
