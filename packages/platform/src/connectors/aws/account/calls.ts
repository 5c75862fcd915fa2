/**
 * Asking AWS, whoever answers: the account by its API (`live.ts`), or a folder of what the command line answered
 * (`folder.ts`). The readings are written once against this, so that both give the same facts. What must stay true:
 *
 * - how a question ended is data; only a signal that ends the work throws;
 * - a reason never repeats what the other side said, which may echo what it was sent;
 * - an answer has all pages in it, and is bounded.
 */
import type { ErrorCode } from '@firebreak/contract';
import type { Foreign } from '../../../intake/foreign.ts';

/** Services by the word that the command line has for them. */
export const services = {
  bedrock: { token: ['nextToken', 'nextToken'] },
  'bedrock-agent': { token: ['nextToken', 'nextToken'] },
  'bedrock-agentcore-control': { token: ['nextToken', 'nextToken'] },
  cloudformation: { token: ['NextToken', 'NextToken'] },
  cloudtrail: { token: ['NextToken', 'NextToken'] },
  codebuild: { token: ['nextToken', 'nextToken'] },
  ec2: { token: ['NextToken', 'NextToken'] },
  ecr: { token: ['nextToken', 'nextToken'] },
  ecs: { token: ['nextToken', 'nextToken'] },
  eks: { token: ['nextToken', 'nextToken'] },
  glue: { token: ['NextToken', 'NextToken'] },
  iam: { token: ['Marker', 'Marker'] },
  kms: { token: ['Marker', 'NextMarker'] },
  lambda: { token: ['Marker', 'NextMarker'] },
  organizations: { token: ['NextToken', 'NextToken'] },
  s3api: { token: ['ContinuationToken', 'ContinuationToken'] },
  s3control: { token: ['NextToken', 'NextToken'] },
  sagemaker: { token: ['NextToken', 'NextToken'] },
  secretsmanager: { token: ['NextToken', 'NextToken'] },
  ssm: { token: ['NextToken', 'NextToken'] },
  sts: { token: ['NextToken', 'NextToken'] },
} as const satisfies Record<string, { readonly token: readonly [sent: string, received: string] }>;
export type Service = keyof typeof services;

export interface Question {
  readonly service: Service;
  /** As the API names it: `ListFunctions`. */
  readonly operation: string;
  /** Undefined for what is not of one region. */
  readonly region: string | undefined;
  readonly input: Foreign;
  /** What tells this question from others of the same operation, for people and file names: `my-bucket`. */
  readonly about: readonly string[];
  /** Pages that are enough; all when absent. */
  readonly pages?: number;
}

export type Answer =
  | {
      readonly ok: true;
      readonly value: Foreign;
      readonly locator: string;
      /** Why it is not all of it. */
      readonly cut?: Failure;
    }
  | ({ readonly ok: false; readonly locator: string } & Failure);

export interface Failure {
  readonly failure: FailureKind;
  /** One sentence without foreign text. */
  readonly reason: string;
}
export type FailureKind =
  /** There is no such part: a bucket without a policy. */
  | 'absent'
  | 'denied'
  /** Our credential is not accepted, and will not be for what follows. */
  | 'expired'
  | 'throttled'
  | 'endless'
  /** There is more, and we did not want it. */
  | 'enough'
  | 'unreachable'
  /** The service has no endpoint in this region. */
  | 'elsewhere'
  | 'timeout'
  | 'refused'
  | 'server-error'
  | 'too-large'
  /** Nobody wrote this answer down. */
  | 'unread'
  | 'invalid';

export const codeOfFailure: Readonly<Record<FailureKind, ErrorCode>> = {
  absent: 'FB-HTTP-NOT-FOUND',
  denied: 'FB-HTTP-FORBIDDEN',
  expired: 'FB-HTTP-UNAUTHORIZED',
  throttled: 'FB-HTTP-THROTTLED',
  endless: 'FB-HTTP-ENDLESS',
  enough: 'FB-AWS-UNREAD',
  unreachable: 'FB-HTTP-UNREACHABLE',
  elsewhere: 'FB-HTTP-UNREACHABLE',
  timeout: 'FB-HTTP-TIMEOUT',
  refused: 'FB-HTTP-REFUSED',
  'server-error': 'FB-HTTP-SERVER-ERROR',
  'too-large': 'FB-HTTP-TOO-LARGE',
  unread: 'FB-AWS-UNREAD',
  invalid: 'FB-HTTP-RESPONSE-INVALID',
};

export interface Calls {
  /** For people; never a credential. */
  readonly address: string;
  /** The regions to read. */
  readonly regions: readonly string[];
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  /** How an operation that takes a list is asked: in parts of at most `size`, or at once. */
  parts<T>(list: readonly T[], size: number): readonly (readonly T[])[];
  close(): void;
}

/** `GetPublicAccessBlock` → `get-public-access-block`: how the command line names an operation (botocore's xform_name). */
export function commandName(operation: string): string {
  return operation
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
