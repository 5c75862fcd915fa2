/**
 * How a question to the API ended, by the name and status of its error: what the other side says in words is not looked at,
 * and not repeated.
 */
import { text, textAt } from '../../../intake/foreign.ts';
import type { Failure, FailureKind } from './calls.ts';

/** Thrown by us where an answer is longer than we read. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const byName: readonly (readonly [FailureKind, RegExp])[] = [
  ['too-large', /^TooLarge$/],
  [
    'expired',
    /^(ExpiredToken|RequestExpired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|AuthFailure|CredentialsProviderError|TokenRefreshRequired|TokenProviderError|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|MissingAuthenticationToken)/,
  ],
  [
    'throttled',
    /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceededException$|ProvisionedThroughputExceeded|BandwidthLimitExceeded)/,
  ],
  ['denied', /^(AccessDenied|UnauthorizedOperation|Forbidden|AuthorizationError|UnauthorizedException|OptInRequired)/],
  ['absent', /^(NoSuch|NotFound|AWSOrganizationsNotInUse)|NotFound|DoesNotExist/],
  ['timeout', /^TimeoutError$/],
];
const byNetworkCode: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: 'elsewhere',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'timeout',
};
const sentences: Readonly<Record<FailureKind, string>> = {
  absent: 'there is no such thing.',
  denied: 'we are not allowed to.',
  expired: 'our credential is not accepted (any more).',
  throttled: 'AWS kept asking to wait.',
  endless: 'the listing does not end.',
  enough: 'there is more.',
  unreachable: 'the endpoint cannot be reached.',
  elsewhere: 'the service has no endpoint in this region.',
  timeout: 'no answer came in time.',
  refused: 'the service refused the question.',
  'server-error': 'the service failed.',
  'too-large': 'the answer is longer than we read.',
  unread: 'it was not read.',
  invalid: 'the answer is not what the service documents.',
};

/** How a question ended, by the name and status of its error. */
export function failureOf(error: unknown): Failure {
  const failure = kindOf(error);
  return { failure, reason: sentences[failure] };
}

function kindOf(error: unknown): FailureKind {
  const name = text(Object(error).name) ?? '';
  const status = Object(Object(error).$metadata).httpStatusCode as unknown;
  const network = byNetworkCode[textAt({ code: Object(error).code }, 'code') ?? ''];
  if (network !== undefined) return network;
  const named = byName.find(([, pattern]) => pattern.test(name));
  if (named !== undefined) return named[0];
  if (typeof status !== 'number')
    return error instanceof SyntaxError || name === 'SyntaxError' ? 'invalid' : 'unreachable';
  if (status === 401) return 'expired';
  if (status === 403) return 'denied';
  if (status === 404) return 'absent';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-error';
  return status >= 200 && status < 300 ? 'invalid' : 'refused';
}
