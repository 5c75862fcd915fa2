/** Failures of the API as gaps: what could not be read, in the words of the error catalogue. */
import type { ErrorCode, Gap } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import type { ApiFailure } from './api.ts';

const codes: Readonly<Record<ApiFailure, ErrorCode>> = {
  'not-found': 'FB-K8S-GONE',
  conflict: 'FB-K8S-CONFLICT',
  forbidden: 'FB-K8S-FORBIDDEN',
  unauthorized: 'FB-K8S-UNAUTHORIZED',
  invalid: 'FB-K8S-RESPONSE-INVALID',
  throttled: 'FB-K8S-THROTTLED',
  'server-error': 'FB-K8S-SERVER-ERROR',
  timeout: 'FB-K8S-TIMEOUT',
  unreachable: 'FB-K8S-UNREACHABLE',
  'bad-response': 'FB-K8S-RESPONSE-INVALID',
};

export function gapOfFailure(
  failure: { readonly failure: ApiFailure; readonly reason: string },
  kinds: readonly string[],
  where: string,
): Gap {
  return gap(codes[failure.failure], kinds, where, failure.reason);
}
