/** The same small account on moto's server, which speaks AWS's protocols. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BedrockAgentCoreControlClient, CreateAgentRuntimeCommand } from '@aws-sdk/client-bedrock-agentcore-control';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateNotebookInstanceCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { documents, type Ids, iam, region } from './world.case.ts';

const run = promisify(execFile);
const peer = new URL('../../../../../../../peers/moto/', import.meta.url).pathname;
const emptyZip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');

export interface Server {
  readonly url: string;
  /** Everything that was made is gone, and nobody is asked who they are. */
  reset(): Promise<void>;
  /** From now on, signatures and policies are looked at. */
  enforce(): Promise<void>;
  stop(): Promise<void>;
}

/** The one that the environment names, or one of our own. */
export async function startServer(): Promise<Server> {
  let url = process.env.FIREBREAK_MOTO_URL ?? '';
  let state = '';
  if (url === '') {
    state = await mkdtemp(join(tmpdir(), 'firebreak-moto-'));
    url = /FIREBREAK_MOTO_URL=(.*)/.exec((await run(`${peer}start`, [state])).stdout)?.[1] ?? '';
  }
  const auth = (count: string) => fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: count });
  return {
    url,
    async reset() {
      await auth('Infinity');
      await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    },
    enforce: async () => void (await auth('0')),
    async stop() {
      // One that was there already is left to others as it was found.
      if (state === '') return void (await auth('Infinity'));
      await run(`${peer}stop`, [state]);
      await rm(state, { recursive: true, force: true });
    },
  };
}

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export function clientOptions(endpoint: string, credentials: Key = { accessKeyId: 'maker', secretAccessKey: 'maker' }) {
  return { region, endpoint, credentials };
}

/** Makes the account; the secret is made anew by `freshSecret`. */
export async function seed(url: string): Promise<{ ids: Omit<Ids, 'secret'>; ciKey: Key; adminKey: Key }> {
  const options = clientOptions(url);
  const client = new IAMClient(options);
  for (const UserName of ['ci', 'other', 'responder']) await client.send(new CreateUserCommand({ UserName }));
  const keyOf = async (UserName: string): Promise<Key> => {
    const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  };
  const ciKey = await keyOf('ci');
  const adminKey = await keyOf('responder');
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  const own = { PolicyName: 'own' };
  await client.send(new PutUserPolicyCommand({ UserName: 'responder', ...own, PolicyDocument: everything }));
  await client.send(new PutUserPolicyCommand({ UserName: 'ci', ...own, PolicyDocument: documents.ci }));
  await client.send(new CreatePolicyCommand({ PolicyName: 'deploy', PolicyDocument: documents.managed }));
  await client.send(new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: documents.trust }));
  await client.send(new PutRolePolicyCommand({ RoleName: 'deployer', ...own, PolicyDocument: documents.deployer }));
  await client.send(new AttachRolePolicyCommand({ RoleName: 'deployer', PolicyArn: iam('policy/deploy') }));
  await client.send(new CreateGroupCommand({ GroupName: 'builders' }));
  await client.send(new AttachGroupPolicyCommand({ GroupName: 'builders', PolicyArn: iam('policy/deploy') }));

  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const Bucket = 'acme-actions-models';
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'weights.bin', Body: 'weights' }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: documents.bucket }));

  const ec2 = new EC2Client(options);
  const group = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'serving', Description: 'serving' }));
  const port = (number: number, CidrIp: string) => ({
    IpProtocol: 'tcp',
    FromPort: number,
    ToPort: number,
    IpRanges: [{ CidrIp, Description: `port ${number}` }],
  });
  const IpPermissions = [port(443, '0.0.0.0/0'), port(22, '10.0.0.0/8')];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions }));
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const instances = await ec2.send(
    new RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds: [group.GroupId ?? ''],
    }),
  );
  await new ECRClient(options).send(new CreateRepositoryCommand({ repositoryName: 'acme/serve' }));

  const lambda = new LambdaClient(options);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'scorer',
      Role: iam('role/deployer'),
      Runtime: 'python3.12',
      Handler: 'main.handler',
      Code: { ZipFile: emptyZip },
    }),
  );
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'scorer', ReservedConcurrentExecutions: 5 }));

  const sagemaker = new SageMakerClient(options);
  const ExecutionRoleArn = iam('role/deployer');
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'fraud',
      ExecutionRoleArn,
      PrimaryContainer: { Image: 'example.test/fraud:1' },
    }),
  );
  const variant = {
    VariantName: 'all',
    ModelName: 'fraud',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
  } as const;
  const EndpointConfigName = 'fraud-config';
  await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants: [variant] }));
  const Tags = [{ Key: 'team', Value: 'risk' }];
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'fraud', EndpointConfigName, Tags }));
  await sagemaker.send(
    new CreateNotebookInstanceCommand({
      NotebookInstanceName: 'lab',
      InstanceType: 'ml.t3.medium',
      RoleArn: ExecutionRoleArn,
    }),
  );
  const agents = new BedrockAgentCoreControlClient(options);
  const made = await agents.send(
    new CreateAgentRuntimeCommand({
      agentRuntimeName: 'helper',
      roleArn: ExecutionRoleArn,
      agentRuntimeArtifact: { containerConfiguration: { containerUri: 'example.test/helper:1' } },
      networkConfiguration: { networkMode: 'PUBLIC' },
    }),
  );
  const ids = {
    accessKey: ciKey.accessKeyId,
    securityGroup: group.GroupId ?? '',
    instance: instances.Instances?.[0]?.InstanceId ?? '',
    runtime: made.agentRuntimeArn ?? '',
  };
  return { ids, ciKey, adminKey };
}

/** A secret with a rotation: what is rotated is not as it was, so every test has one of its own. */
export async function freshSecret(url: string, number: number): Promise<string> {
  const client = new SecretsManagerClient(clientOptions(url));
  const { ARN = '' } = await client.send(
    new CreateSecretCommand({ Name: `prod/db-${number}`, SecretString: `value-${number}` }),
  );
  const RotationRules = { AutomaticallyAfterDays: 30 };
  await client.send(new RotateSecretCommand({ SecretId: ARN, RotationRules, RotateImmediately: false }));
  return ARN;
}
