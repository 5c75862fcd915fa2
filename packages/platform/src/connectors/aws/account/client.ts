/** Clients of AWS's own SDK: one a service and region, loaded when first asked, patient and bounded. */
import { pipeline, Transform } from 'node:stream';
import type { Service } from './calls.ts';
import { TooLarge } from './failure.ts';

export interface LiveOptions {
  /** A profile of the shared configuration; the environment's default chain when absent. */
  readonly profile?: string | undefined;
  /** Regions to read; the configured one when empty. */
  readonly regions: readonly string[];
  /** One address for all services, for a local stand-in. */
  readonly endpoint?: string | undefined;
  readonly limits?: Partial<LiveLimits>;
  /** A credential of somebody else's, to try whether it still works; the environment's when absent. */
  readonly credentials?: Credential;
  /** Requests go out without a signature. */
  readonly anonymous?: boolean;
}
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
export interface LiveLimits {
  readonly maxPages: number;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}
export const defaultLimits: LiveLimits = {
  maxPages: 2000,
  maxItems: 500_000,
  maxBytes: 64 * 1024 * 1024,
  timeoutMs: 20_000,
  attempts: 5,
};

/** What we use of a client of the SDK, whose hundred modules have no common type for it. */
export interface SdkClient {
  send(command: unknown, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
  readonly config: { region(): Promise<string> };
  readonly middlewareStack: { add(middleware: unknown, options: unknown): void };
}
export type SdkModule = Readonly<Record<string, unknown>>;

const modules: Readonly<Record<Service, { readonly client: string; readonly load: () => Promise<unknown> }>> = {
  bedrock: { client: 'BedrockClient', load: () => import('@aws-sdk/client-bedrock') },
  'bedrock-agent': { client: 'BedrockAgentClient', load: () => import('@aws-sdk/client-bedrock-agent') },
  'bedrock-agentcore-control': {
    client: 'BedrockAgentCoreControlClient',
    load: () => import('@aws-sdk/client-bedrock-agentcore-control'),
  },
  cloudformation: { client: 'CloudFormationClient', load: () => import('@aws-sdk/client-cloudformation') },
  cloudtrail: { client: 'CloudTrailClient', load: () => import('@aws-sdk/client-cloudtrail') },
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

export async function openClient(
  service: Service,
  region: string | undefined,
  options: LiveOptions,
  limits: LiveLimits,
): Promise<{ readonly client: SdkClient; readonly module: SdkModule }> {
  const module = (await modules[service].load()) as SdkModule;
  const Client = module[modules[service].client] as new (configuration: unknown) => SdkClient;
  const client = new Client({
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(options.anonymous === true ? { signer: unsigned, credentials: { accessKeyId: '', secretAccessKey: '' } } : {}),
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

/** S3 Control puts the account before the host's name, which an address does not have. */
function ownEndpoint(endpoint: string) {
  return { endpointProvider: () => ({ url: new URL(endpoint) }) };
}

const unsigned = { sign: async (request: unknown) => request };

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

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
