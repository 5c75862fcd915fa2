/**
 * AWS's API through its own SDK, one client a service and region, loaded when first asked. What must stay true:
 *
 * - pages, items, bytes of one answer, tries and time are bounded, whoever is at the other end;
 * - when our credential is no longer accepted nothing more is asked: every later question answers `expired` at once;
 * - a service that keeps throttling after the SDK's own patience is left alone for the rest of the reading;
 * - errors are told apart by their name and status, and what they say is not repeated.
 */
import { pipeline, Transform } from 'node:stream';
import { FirebreakError } from '@firebreak/contract';
import { array, type Foreign, printable, record, text, textAt } from '../../../intake/foreign.ts';
import {
  type Answer,
  type Calls,
  type Failure,
  type FailureKind,
  type Question,
  type Service,
  services,
} from './calls.ts';

export interface LiveOptions {
  /** A profile of the shared configuration; the environment's default chain when absent. */
  readonly profile?: string | undefined;
  /** Regions to read; the configured one when empty. */
  readonly regions: readonly string[];
  /** One address for all services, for a local stand-in. */
  readonly endpoint?: string | undefined;
  readonly limits?: Partial<LiveLimits>;
}
export interface LiveLimits {
  readonly maxPages: number;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}
const defaultLimits: LiveLimits = {
  maxPages: 2000,
  maxItems: 500_000,
  maxBytes: 64 * 1024 * 1024,
  timeoutMs: 20_000,
  attempts: 5,
};

/** What we use of a client of the SDK, whose hundred modules have no common type for it. */
interface SdkClient {
  send(command: unknown, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
  readonly config: { region(): Promise<string> };
  readonly middlewareStack: { add(middleware: unknown, options: unknown): void };
}
type SdkModule = Readonly<Record<string, unknown>>;

const modules: Readonly<Record<Service, { readonly client: string; readonly load: () => Promise<unknown> }>> = {
  bedrock: { client: 'BedrockClient', load: () => import('@aws-sdk/client-bedrock') },
  'bedrock-agent': { client: 'BedrockAgentClient', load: () => import('@aws-sdk/client-bedrock-agent') },
  'bedrock-agentcore-control': {
    client: 'BedrockAgentCoreControlClient',
    load: () => import('@aws-sdk/client-bedrock-agentcore-control'),
  },
  cloudformation: { client: 'CloudFormationClient', load: () => import('@aws-sdk/client-cloudformation') },
  codebuild: { client: 'CodeBuildClient', load: () => import('@aws-sdk/client-codebuild') },
  ec2: { client: 'EC2Client', load: () => import('@aws-sdk/client-ec2') },
  ecr: { client: 'ECRClient', load: () => import('@aws-sdk/client-ecr') },
  ecs: { client: 'ECSClient', load: () => import('@aws-sdk/client-ecs') },
  eks: { client: 'EKSClient', load: () => import('@aws-sdk/client-eks') },
  glue: { client: 'GlueClient', load: () => import('@aws-sdk/client-glue') },
  iam: { client: 'IAMClient', load: () => import('@aws-sdk/client-iam') },
  kms: { client: 'KMSClient', load: () => import('@aws-sdk/client-kms') },
  lambda: { client: 'LambdaClient', load: () => import('@aws-sdk/client-lambda') },
  organizations: { client: 'OrganizationsClient', load: () => import('@aws-sdk/client-organizations') },
  s3api: { client: 'S3Client', load: () => import('@aws-sdk/client-s3') },
  s3control: { client: 'S3ControlClient', load: () => import('@aws-sdk/client-s3-control') },
  sagemaker: { client: 'SageMakerClient', load: () => import('@aws-sdk/client-sagemaker') },
  secretsmanager: { client: 'SecretsManagerClient', load: () => import('@aws-sdk/client-secrets-manager') },
  ssm: { client: 'SSMClient', load: () => import('@aws-sdk/client-ssm') },
  sts: { client: 'STSClient', load: () => import('@aws-sdk/client-sts') },
};

/** @throws FirebreakError FB-USAGE when no region is known. */
export async function openLive(options: LiveOptions): Promise<Calls> {
  const limits = { ...defaultLimits, ...options.limits };
  const clients = new Map<string, Promise<{ client: SdkClient; module: SdkModule }>>();
  const tired = new Set<string>();
  let expired: Failure | undefined;

  const clientOf = (service: Service, region: string | undefined) => {
    const key = `${service} ${region ?? ''}`;
    let opened = clients.get(key);
    if (opened === undefined) {
      opened = open(service, region);
      clients.set(key, opened);
    }
    return opened;
  };
  async function open(service: Service, region: string | undefined) {
    const module = (await modules[service].load()) as SdkModule;
    const Client = module[modules[service].client] as new (configuration: unknown) => SdkClient;
    const client = new Client({
      ...(region === undefined ? {} : { region }),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
      ...(service === 's3api' ? { followRegionRedirects: true } : {}),
      ...(service === 's3control' && options.endpoint !== undefined ? ownEndpoint(options.endpoint) : {}),
      maxAttempts: limits.attempts,
      requestHandler: { requestTimeout: limits.timeoutMs, connectionTimeout: 5000, throwOnRequestTimeout: true },
      logger: silent,
    });
    client.middlewareStack.add(boundedBody(limits.maxBytes), {
      step: 'deserialize',
      priority: 'low',
      name: 'boundedBody',
    });
    return { client, module };
  }

  const home = await homeRegion(await clientOf('sts', options.regions[0]));
  if (home === undefined)
    throw new FirebreakError('FB-USAGE', 'aws: no region is configured: set AWS_REGION or give regions=….');

  async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const { service, operation } = question;
    const region = question.region ?? home;
    const locator = `${service}/${region}/${operation}`;
    if (expired !== undefined) return { ok: false, locator, ...expired };
    if (tired.has(`${service} ${region}`))
      return { ok: false, locator, failure: 'throttled', reason: 'it was throttled before.' };
    try {
      const { client, module } = await clientOf(service, region);
      return { ok: true, locator, ...(await pages(client, module, question, signal)) };
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      if (failure.failure === 'throttled') tired.add(`${service} ${region}`);
      // A region that we may not use refuses a credential that is good elsewhere.
      if (failure.failure === 'expired' && service !== 'sts' && (await stillKnown(signal)))
        return { ok: false, locator, failure: 'denied', reason: 'the service does not accept our credential here.' };
      if (failure.failure === 'expired') expired = failure;
      return { ok: false, locator, ...failure };
    }
  }

  async function stillKnown(signal: AbortSignal): Promise<boolean> {
    const { client, module } = await clientOf('sts', home);
    const question = { service: 'sts', operation: 'GetCallerIdentity', region: home, input: {}, about: [] } as const;
    return pages(client, module, question, signal).then(
      () => true,
      () => false,
    );
  }

  /** All pages of an answer as one: lists are joined, of everything else the first page counts. */
  async function pages(client: SdkClient, module: SdkModule, question: Question, signal: AbortSignal) {
    const Command = module[`${question.operation}Command`] as new (input: unknown) => unknown;
    const [sent, received] = services[question.service].token;
    const whole: Record<string, unknown> = {};
    const seen = new Set<string>();
    let token: string | undefined;
    let items = 0;
    for (let page = 0; ; page += 1) {
      const input = { ...question.input, ...(token === undefined ? {} : { [sent]: token }) };
      const answer = plain(await client.send(new Command(input), { abortSignal: signal }));
      items += join(whole, answer);
      token = text(answer[received]);
      if (token === undefined || token === '') return { value: whole as Foreign };
      if (page + 1 >= limits.maxPages || items >= limits.maxItems || seen.has(token)) {
        const reason = seen.has(token)
          ? 'the listing begins again and again.'
          : `it does not end after ${page + 1} pages.`;
        return { value: whole as Foreign, cut: { failure: 'endless' as const, reason } };
      }
      seen.add(token);
    }
  }

  return {
    address: `${options.endpoint ?? 'AWS'}${options.profile === undefined ? '' : `, profile ${printable(options.profile)}`}`,
    regions: options.regions.length === 0 ? [home] : options.regions,
    ask,
    parts: (list, size) => {
      const parts = [];
      for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
      return parts;
    },
    close: () => {
      for (const opened of clients.values()) void opened.then(({ client }) => client.destroy());
      clients.clear();
    },
  };
}

/** S3 Control puts the account before the host's name, which an address does not have. */
function ownEndpoint(endpoint: string) {
  return { endpointProvider: () => ({ url: new URL(endpoint) }) };
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function homeRegion({ client }: { readonly client: SdkClient }): Promise<string | undefined> {
  return client.config.region().catch(() => undefined);
}

/** Adds a page to what came before. Answers how many items it brought. */
function join(whole: Record<string, unknown>, page: Foreign): number {
  let items = 0;
  for (const [key, value] of Object.entries(page)) {
    if (Array.isArray(value)) {
      items += value.length;
      whole[key] = [...array(whole[key]), ...value];
    } else if (!Object.hasOwn(whole, key)) whole[key] = value;
  }
  return items;
}

/** As the command line prints it: dates in ISO 8601, nothing about the exchange itself. */
function plain(answer: unknown): Foreign {
  const written = JSON.stringify(answer, function (this: Foreign, key, value) {
    if (key === '$metadata') return undefined;
    const original = this[key];
    return original instanceof Date ? original.toISOString().replace(/\.000Z$/, '+00:00') : value;
  });
  return record(JSON.parse(written)) ?? {};
}

/** Breaks an answer off that is longer than we read. */
function boundedBody(maxBytes: number) {
  return (next: (args: unknown) => Promise<{ response: { body?: unknown } }>) => async (args: unknown) => {
    const result = await next(args);
    const body = result.response.body as NodeJS.ReadableStream | undefined;
    if (typeof body?.pipe !== 'function') return result;
    let length = 0;
    const bounded = new Transform({
      transform(chunk: Buffer, _, done) {
        length += chunk.length;
        done(length > maxBytes ? new TooLarge() : null, chunk);
      },
    });
    pipeline(body, bounded, () => {});
    result.response.body = bounded;
    return result;
  };
}
class TooLarge extends Error {
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
function failureOf(error: unknown): Failure {
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
