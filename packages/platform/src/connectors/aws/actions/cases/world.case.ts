/** One small account that has something for every action to do, and what to do. In memory and on a server that speaks AWS alike. */
import type { ProbeResult } from '@firebreak/contract';
import type { Foreign } from '../../../../intake/foreign.ts';
import type { Control } from '../../account/control.ts';
import type { AwsSession } from '../../session.ts';

export const account = '123456789012';
export const region = 'eu-west-1';
export const iam = (resource: string) => `arn:aws:iam::${account}:${resource}`;
export const at = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
export const bucketArn = 'arn:aws:s3:::acme-actions-models';

/** What the account itself names. */
export interface Ids {
  readonly accessKey: string;
  readonly securityGroup: string;
  readonly instance: string;
  readonly secret: string;
  readonly runtime: string;
}

export interface World {
  readonly session: AwsSession & { readonly control: Control };
  readonly ids: Ids;
}

export interface ActionCase {
  readonly action: string;
  readonly name: string;
  readonly params: (ids: Ids) => Foreign;
  /** What the probes say after the step, in their order: in memory, where every answer of AWS is to be had. */
  readonly probes: readonly ProbeResult['result'][];
  /** The same on the server, where it differs. */
  readonly probesOnServer?: readonly ProbeResult['result'][];
  /** Somebody else's change after we read, which the step must not overwrite. */
  readonly interfere?: (ids: Ids) => { readonly service: string; readonly operation: string; readonly input: Foreign };
  /** What the server lacks, in words; the case is then shown in memory only. */
  readonly lacking?: string;
}

const statements = (...Statement: readonly Foreign[]) => JSON.stringify({ Version: '2012-10-17', Statement });
export const readModels = { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucketArn}/*` };
export const useAll = { Sid: 'Use', Effect: 'Allow', Action: ['s3:*', 'iam:List*', 'sts:AssumeRole'], Resource: '*' };
export const trustOne = {
  Sid: 'Ci',
  Effect: 'Allow',
  Principal: { AWS: [iam('user/ci'), iam('user/other')] },
  Action: 'sts:AssumeRole',
};
export const trustService = {
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
};

/** As the world begins: policies that users and roles have, whoever makes the account. */
export const documents = {
  ci: statements(useAll, readModels),
  deployer: statements(useAll),
  trust: statements(trustOne, trustService),
  managed: statements(readModels, useAll),
  bucket: statements({
    Sid: 'Public',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `${bucketArn}/*`,
  }),
  changed: statements({ Sid: 'Theirs', Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }),
};

const ci = { account, arn: iam('user/ci') };
const deployer = { account, arn: iam('role/deployer') };
const noSimulator = { probesOnServer: ['cannot-tell'] as const };
const put = (operation: string, input: Foreign) => () => ({ service: 'iam', operation, input });

export const cases: readonly ActionCase[] = [
  {
    action: 'aws.deactivate-access-key',
    name: 'of a user',
    params: ({ accessKey }) => ({ ...ci, accessKeyId: accessKey }),
    probes: ['holds'],
    // It checks no signature unless it is told to, and then accepts keys that are inactive.
    probesOnServer: ['cannot-tell'],
  },
  {
    action: 'aws.quarantine-identity',
    name: 'of a user',
    params: () => ci,
    probes: ['holds'],
    ...noSimulator,
    interfere: put('PutUserPolicy', {
      UserName: 'ci',
      PolicyName: 'firebreak-quarantine',
      PolicyDocument: documents.changed,
    }),
  },
  { action: 'aws.quarantine-identity', name: 'of a role', params: () => deployer, probes: ['holds'], ...noSimulator },
  { action: 'aws.revoke-sessions', name: 'up to now', params: () => deployer, probes: ['holds'], ...noSimulator },
  {
    action: 'aws.revoke-sessions',
    name: 'up to a moment',
    params: () => ({ ...deployer, issuedBefore: '2026-01-01T00:00:00Z' }),
    probes: ['holds'],
    ...noSimulator,
  },
  {
    action: 'aws.deny-permission',
    name: 'to a user',
    params: () => ({ ...ci, actions: ['s3:GetObject'], resources: [`${bucketArn}/*`] }),
    probes: ['holds'],
    ...noSimulator,
  },
  {
    action: 'aws.deny-permission',
    name: 'to a group',
    params: () => ({ account, arn: iam('group/builders'), actions: ['s3:GetObject'], resources: ['*'] }),
    probes: ['holds'],
    ...noSimulator,
  },
  {
    action: 'aws.deny-bedrock',
    name: 'of an agent',
    params: () => ({ ...deployer, resource: at('bedrock', 'agent/ABCDEFGHIJ') }),
    probes: ['holds'],
    ...noSimulator,
  },
  {
    action: 'aws.detach-policy',
    name: 'from a role',
    params: () => ({ ...deployer, policy: iam('policy/deploy') }),
    probes: ['holds'],
  },
  {
    action: 'aws.detach-policy',
    name: 'from a group',
    params: () => ({ account, arn: iam('group/builders'), policy: iam('policy/deploy') }),
    probes: ['holds'],
  },
  {
    action: 'aws.narrow-inline-policy',
    name: 'by one of two statements',
    params: () => ({ ...ci, policy: 'own', statement: readModels }),
    probes: ['holds'],
    interfere: put('PutUserPolicy', { UserName: 'ci', PolicyName: 'own', PolicyDocument: statements(readModels) }),
  },
  {
    action: 'aws.narrow-inline-policy',
    name: 'by its only statement',
    params: () => ({ ...deployer, policy: 'own', statement: useAll }),
    probes: ['holds'],
  },
  {
    action: 'aws.narrow-managed-policy',
    name: 'by a version',
    params: () => ({ account, arn: iam('policy/deploy'), statement: readModels }),
    probes: ['holds'],
    interfere: put('CreatePolicyVersion', {
      PolicyArn: iam('policy/deploy'),
      PolicyDocument: statements(readModels),
      SetAsDefault: false,
    }),
  },
  ...(
    [
      ['by a statement', { by: 'statement', statement: trustOne }],
      ['by a principal', { by: 'principal', type: 'AWS', name: iam('user/ci') }],
      ['by the principal of a service', { by: 'principal', type: 'Service', name: 'lambda.amazonaws.com' }],
      ['by a deny', { by: 'deny', type: 'AWS', name: iam('user/ci') }],
    ] as const
  ).map(
    ([name, cut]): ActionCase => ({
      action: 'aws.cut-trust',
      name,
      params: () => ({ ...deployer, cut }),
      probes: ['holds', 'cannot-tell'],
      interfere: put('UpdateAssumeRolePolicy', {
        RoleName: 'deployer',
        PolicyDocument: statements(trustOne, trustService, { ...trustOne, Sid: 'Theirs' }),
      }),
    }),
  ),
  {
    action: 'aws.block-public-bucket',
    name: 'of a bucket',
    params: () => ({ account, arn: bucketArn }),
    probes: ['holds', 'holds'],
    // It keeps the block and does not apply it to lists.
    probesOnServer: ['fails', 'holds'],
  },
  {
    action: 'aws.block-cross-account-bucket',
    name: 'of a bucket',
    params: () => ({ account, arn: bucketArn }),
    probes: ['holds', 'holds'],
    probesOnServer: ['holds', 'fails'],
    interfere: () => ({
      service: 's3api',
      operation: 'PutBucketPolicy',
      input: {
        Bucket: 'acme-actions-models',
        Policy: statements({
          Sid: 'Theirs',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:DeleteBucket',
          Resource: bucketArn,
        }),
      },
    }),
  },
  {
    action: 'aws.deny-ecr-push',
    name: 'of a repository',
    params: () => ({ account, arn: at('ecr', 'repository/acme/serve') }),
    probes: ['holds', 'holds'],
    // It keeps policies of repositories and does not apply them.
    probesOnServer: ['holds', 'fails'],
  },
  {
    action: 'aws.deny-agent-runtime',
    name: 'of a runtime',
    params: ({ runtime }) => ({ account, arn: runtime }),
    probes: ['holds', 'cannot-tell'],
    lacking: 'resource policies of AgentCore',
  },
  {
    action: 'aws.lambda-concurrency-zero',
    name: 'of a function',
    params: () => ({ account, arn: at('lambda', 'function:scorer') }),
    probes: ['holds', 'cannot-tell'],
    interfere: () => ({
      service: 'lambda',
      operation: 'PutFunctionConcurrency',
      input: { FunctionName: 'scorer', ReservedConcurrentExecutions: 7 },
    }),
  },
  {
    action: 'aws.close-security-group',
    name: 'to the world',
    params: ({ securityGroup }) => ({ account, arn: at('ec2', `security-group/${securityGroup}`), close: 'world' }),
    probes: ['holds', 'cannot-tell'],
  },
  {
    action: 'aws.close-security-group',
    name: 'to everybody',
    params: ({ securityGroup }) => ({
      account,
      arn: at('ec2', `security-group/${securityGroup}`),
      close: 'everything',
    }),
    probes: ['holds', 'cannot-tell'],
  },
  {
    action: 'aws.isolate-instance',
    name: 'of an instance',
    params: ({ instance }) => ({ account, arn: at('ec2', `instance/${instance}`) }),
    probes: ['holds', 'cannot-tell'],
    lacking: 'interfaces with other groups than their instance: it shows both',
  },
  {
    action: 'aws.rotate-secret',
    name: 'with a rotation',
    params: ({ secret }) => ({ account, arn: secret }),
    probes: ['holds', 'cannot-tell'],
  },
  {
    action: 'aws.stop-sagemaker-endpoint',
    name: 'of an endpoint',
    params: () => ({ account, arn: at('sagemaker', 'endpoint/fraud') }),
    probes: ['holds'],
  },
  {
    action: 'aws.stop-notebook',
    name: 'of a notebook',
    params: () => ({ account, arn: at('sagemaker', 'notebook-instance/lab') }),
    probes: ['holds'],
  },
];
