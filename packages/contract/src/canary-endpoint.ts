/** A server that a canary's description names: where it is, with whose key it is asked, and what else is sent along. */
import { z } from 'zod';

/** Shared by the endpoints of guard queries, the probe and Prometheus. */
export const canaryAddress = z.url({ protocol: /^https?$/, hostname: /./ }).max(2000);
/** The name of a variable of the server; only such ones, so that a description cannot ask for other secrets of it. */
export const canaryKeyVariable = z
  .string()
  .regex(/^FIREBREAK_CANARY_[A-Z0-9_]{1,60}$/, 'a variable FIREBREAK_CANARY_…');
/** Further headers, `Host` for one; no secrets. */
export const canaryHeaders = z
  .record(
    z.string().regex(/^[A-Za-z0-9-]{1,60}$/),
    z
      .string()
      .max(500)
      .regex(/^[\x20-\x7e]*$/),
  )
  .default({});
