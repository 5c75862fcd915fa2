import { z } from 'zod';
import { record } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

/**
 * A name as it goes into a request path. The API server's own rule for the most liberal kinds (a path segment:
 * k8s.io/apimachinery/pkg/api/validation/path), so that a hostile parameter can never address another resource.
 */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}/%]+$/u, 'not a valid Kubernetes object name')
  .refine((name) => name !== '.' && name !== '..', 'not a valid Kubernetes object name');

export const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'not a valid namespace name');

/** A whole object inside a before-state. Its fields are checked where they are read. */
export const apiObject = z.custom<ApiObject>((value) => record(value) !== undefined, 'not an object');
