/** A small company's account, made through AWS's own SDK: what the tests against a real server read back. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  EC2Client,
  ModifyInstanceMetadataOptionsCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import {
  CreateClusterCommand as CreateEcsCluster,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateClusterCommand as CreateEksCluster, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateJobCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateGrantCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateNotebookInstanceCommand,
  CreateTrainingJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateSecretCommand, PutResourcePolicyCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { seedAgents, seedOrganization } from './seeded-agents.case.ts';

export const account = '123456789012';
export const region = 'eu-west-1';
export const secretValue = 'correct-horse-battery-staple';
/** Files of AWS itself live here in real accounts; the zip only has to be one. */
const emptyZip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], Resource: string | readonly string[]) => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const trust = (Principal: object, Action = 'sts:AssumeRole') => policy({ Effect: 'Allow', Principal, Action });

export interface Seeded {
  readonly keyArn: string;
  readonly secretArn: string;
  /** Of the organization. */
  readonly root: string;
  readonly instanceId: string;
  readonly groupId: string;
  /** A user that may list buckets and no more. */
  readonly weak: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export async function seedAccount(endpoint: string): Promise<Seeded> {
  const options = { endpoint, region, credentials: { accessKeyId: 'seed', secretAccessKey: 'seed' } };
  const iam = new IAMClient(options);
  const role = async (RoleName: string, service: string, ...statements: readonly object[]) => {
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: trust({ Service: service }),
        Tags: [{ Key: 'owner', Value: 'ml' }],
      }),
    );
    if (statements.length > 0)
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'work', PolicyDocument: policy(...statements) }));
    return `arn:aws:iam::${account}:role/${RoleName}`;
  };

  const kms = new KMSClient(options);
  const key = await kms.send(
    new CreateKeyCommand({ Description: 'models', Tags: [{ TagKey: 'owner', TagValue: 'ml' }] }),
  );
  const keyArn = key.KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/models', TargetKeyId: keyArn }));

  const secrets = new SecretsManagerClient(options);
  const secret = await secrets.send(
    new CreateSecretCommand({
      Name: 'prod/db',
      SecretString: secretValue,
      KmsKeyId: keyArn,
      Tags: [{ Key: 'sensitivity', Value: 'restricted' }],
    }),
  );
  const secretArn = secret.ARN ?? '';
  await secrets.send(new CreateSecretCommand({ Name: 'hub-token', SecretString: secretValue }));
  await secrets.send(
    new PutResourcePolicyCommand({
      SecretId: 'prod/db',
      ResourcePolicy: policy({ Effect: 'Deny', Principal: '*', Action: 'secretsmanager:DeleteSecret', Resource: '*' }),
    }),
  );
  const ssm = new SSMClient(options);
  await ssm.send(new PutParameterCommand({ Name: '/ml/hub', Type: 'SecureString', Value: secretValue }));
  await ssm.send(new PutParameterCommand({ Name: 'plain', Type: 'String', Value: secretValue }));

  const s3 = new S3Client({ ...options, forcePathStyle: true });
  for (const Bucket of ['acme-models', 'acme-datasets', 'acme-code'])
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: 'acme-models',
      Policy: policy({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::acme-models', 'arn:aws:s3:::acme-models/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    }),
  );
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: 'acme-models',
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket: 'acme-models',
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } }],
      },
    }),
  );
  await s3.send(
    new PutBucketTaggingCommand({
      Bucket: 'acme-datasets',
      Tagging: { TagSet: [{ Key: 'firebreak.dev/asset', Value: 'dataset' }] },
    }),
  );

  const scorer = await role(
    'scorer',
    'lambda.amazonaws.com',
    allow('s3:GetObject', 'arn:aws:s3:::acme-models/*'),
    allow('kms:Decrypt', keyArn),
    allow('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${account}:secret:prod/*`),
  );
  const trainer = await role(
    'trainer',
    'sagemaker.amazonaws.com',
    allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::acme-datasets/*'),
    allow('s3:PutObject', 'arn:aws:s3:::acme-models/*'),
  );
  const builder = await role('builder', 'codebuild.amazonaws.com', allow('ecr:*', '*'));
  const node = await role('node', 'ec2.amazonaws.com', allow('ecr:BatchGetImage', '*'));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'node' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'node', RoleName: 'node' }));
  const deploy = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'deploy', PolicyDocument: policy(allow('lambda:UpdateFunctionCode', '*')) }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'builder', PolicyArn: deploy.Policy?.Arn ?? '' }));
  await iam.send(new CreateGroupCommand({ GroupName: 'engineers' }));
  await iam.send(
    new PutGroupPolicyCommand({
      GroupName: 'engineers',
      PolicyName: 'read',
      PolicyDocument: policy(allow('s3:GetObject', '*')),
    }),
  );
  for (const UserName of ['ann', 'ci', 'weak']) await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new CreateLoginProfileCommand({ UserName: 'ann', Password: `${secretValue}A1!` }));
  await iam.send(new AddUserToGroupCommand({ GroupName: 'engineers', UserName: 'ann' }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'ci', PolicyArn: deploy.Policy?.Arn ?? '' }));
  await iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'weak' }));
  const weakPolicy = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'weak',
      PolicyDocument: policy(allow(['s3:ListAllMyBuckets', 'sts:GetCallerIdentity'], '*')),
    }),
  );
  await iam.send(new AttachUserPolicyCommand({ UserName: 'weak', PolicyArn: weakPolicy.Policy?.Arn ?? '' }));
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
    }),
  );
  await kms.send(
    new CreateGrantCommand({ KeyId: keyArn, GranteePrincipal: trainer, Operations: ['Decrypt', 'GenerateDataKey'] }),
  );

  const lambda = new LambdaClient(options);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'scorer',
      Role: scorer,
      Runtime: 'python3.12',
      Handler: 'main.handler',
      Code: { ZipFile: emptyZip },
      Environment: { Variables: { MODEL: 'acme', API_KEY: secretValue } },
    }),
  );
  await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'scorer', AuthType: 'NONE' }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'scorer',
      StatementId: 'events',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    }),
  );

  const ec2 = new EC2Client(options);
  const group = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'open', Description: 'ssh from anywhere' }));
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group.GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const run = await ec2.send(
    new RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId,
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: 'node' },
      SecurityGroupIds: [group.GroupId ?? ''],
      UserData: Buffer.from(secretValue).toString('base64'),
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: 'node-1' },
            { Key: 'eks:cluster-name', Value: 'prod' },
          ],
        },
      ],
    }),
  );
  const instanceId = run.Instances?.[0]?.InstanceId ?? '';
  await ec2.send(
    new ModifyInstanceMetadataOptionsCommand({
      InstanceId: instanceId,
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 2,
    }),
  );

  const ecr = new ECRClient(options);
  const repository = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'ml/serving' }));
  await ecr.send(
    new SetRepositoryPolicyCommand({
      repositoryName: 'ml/serving',
      policyText: policy({ Effect: 'Allow', Principal: { AWS: builder }, Action: 'ecr:PutImage' }),
    }),
  );
  const ecs = new ECSClient(options);
  await ecs.send(new CreateEcsCluster({ clusterName: 'ml' }));
  const task = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'serving',
      taskRoleArn: scorer,
      executionRoleArn: node,
      containerDefinitions: [
        {
          name: 'main',
          image: `${repository.repository?.repositoryUri}:latest`,
          memory: 128,
          environment: [{ name: 'TOKEN', value: secretValue }],
          secrets: [{ name: 'DB', valueFrom: secretArn }],
        },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'ml',
      serviceName: 'serving',
      taskDefinition: task.taskDefinition?.taskDefinitionArn,
      desiredCount: 1,
    }),
  );
  const eks = new EKSClient(options);
  await eks.send(new CreateEksCluster({ name: 'prod', roleArn: node, resourcesVpcConfig: { subnetIds: [] } }));
  await eks.send(
    new CreateNodegroupCommand({ clusterName: 'prod', nodegroupName: 'default', nodeRole: node, subnets: [] }),
  );

  await new CodeBuildClient(options).send(
    new CreateProjectCommand({
      name: 'images',
      serviceRole: builder,
      source: { type: 'GITHUB', location: 'https://github.com/acme/models.git' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [
          { name: 'PLAIN', value: secretValue, type: 'PLAINTEXT' },
          { name: 'DB', value: 'prod/db', type: 'SECRETS_MANAGER' },
        ],
      },
    }),
  );
  await new GlueClient(options).send(
    new CreateJobCommand({
      Name: 'clean',
      Role: trainer,
      Command: { Name: 'glueetl', ScriptLocation: 's3://acme-code/clean.py' },
    }),
  );
  await new CloudFormationClient(options).send(
    new CreateStackCommand({
      StackName: 'base',
      TemplateBody: JSON.stringify({
        Parameters: { Password: { Type: 'String' } },
        Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      }),
      Parameters: [{ ParameterKey: 'Password', ParameterValue: secretValue }],
    }),
  );
  const sagemaker = new SageMakerClient(options);
  const image = `${account}.dkr.ecr.${region}.amazonaws.com/ml/serving:latest`;
  await sagemaker.send(
    new CreateNotebookInstanceCommand({ NotebookInstanceName: 'lab', InstanceType: 'ml.t3.medium', RoleArn: trainer }),
  );
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'fraud-1',
      RoleArn: trainer,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://acme-datasets/fraud/' } },
        },
      ],
      OutputDataConfig: { S3OutputPath: 's3://acme-models/fraud' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'fraud',
      ExecutionRoleArn: trainer,
      PrimaryContainer: {
        Image: image,
        ModelDataUrl: 's3://acme-models/fraud/model.tar.gz',
        Environment: { TOKEN: secretValue },
      },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'fraud',
      ProductionVariants: [
        { VariantName: 'all', ModelName: 'fraud', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'fraud', EndpointConfigName: 'fraud' }));
  await seedAgents(options, scorer, image);
  const root = await seedOrganization(options);
  return {
    keyArn,
    secretArn,
    root,
    instanceId,
    groupId: group.GroupId ?? '',
    weak: { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
  };
}
