/**
 * What an AWS account runs and keeps, as facts: the services' own Describe and Get answers in their own spelling (which is
 * why some fields begin with a capital and some do not), reduced to what we reason with. What must stay true:
 *
 * - no secret value, parameter value, environment value or user data: of an environment there are the names only;
 * - what AWS answers in several calls is one fact of one resource (a bucket with its policy); a part whose call failed is
 *   absent, and a gap says so;
 * - a resource policy is a document under `Policy`, whatever the service calls it, so that who judges policies finds it;
 * - tags are a list of `{Key, Value}` under `Tags`, whatever the service calls them.
 */
import { z } from 'zod';
import { awsArn, awsDocument, awsList, awsMaybe, awsTags } from './aws.ts';

const text = z.string().max(4096);
const maybeText = awsMaybe(text);
const names = awsList(z.string().max(1024));
/** ISO 8601 as AWS prints it; the older command line prints seconds since 1970. */
const time = z.preprocess((value) => {
  if (typeof value !== 'number') return value ?? undefined;
  const moment = new Date(value * 1000);
  return Number.isNaN(moment.getTime()) ? value : moment.toISOString();
}, z.string().max(40).optional());
const maybeArn = awsMaybe(awsArn);
const policy = awsMaybe(awsDocument);

export const awsBucket = z.object({
  Arn: awsArn,
  Name: z.string().min(1).max(255),
  /** Whose it is, which its ARN does not say. */
  AccountId: maybeText,
  CreationDate: time,
  Region: maybeText,
  Policy: policy,
  PublicAccessBlock: awsMaybe(
    z.object({
      BlockPublicAcls: awsMaybe(z.boolean()),
      IgnorePublicAcls: awsMaybe(z.boolean()),
      BlockPublicPolicy: awsMaybe(z.boolean()),
      RestrictPublicBuckets: awsMaybe(z.boolean()),
    }),
  ),
  /** Key of the default encryption as configured: key id, alias or ARN; absent for keys that S3 holds. */
  KMSMasterKeyID: maybeText,
  Versioning: maybeText,
  Tags: awsTags,
});

export const awsKmsKey = z.object({
  Arn: awsArn,
  KeyId: text,
  /** `CUSTOMER`, or `AWS` for the keys that a service made for itself. */
  KeyManager: maybeText,
  KeyState: maybeText,
  KeyUsage: maybeText,
  Description: maybeText,
  CreationDate: time,
  Policy: policy,
  Grants: awsList(
    z.object({
      GrantId: text,
      GranteePrincipal: maybeText,
      Operations: names,
      /** Whether it holds only for some encryption contexts. */
      Constrained: awsMaybe(z.boolean()),
    }),
  ),
  /** `alias/<name>` */
  Aliases: names,
  Tags: awsTags,
});

export const awsSecret = z.object({
  Arn: awsArn,
  Name: text,
  /** Key id, alias or ARN; absent for the account's own `aws/secretsmanager`. */
  KmsKeyId: maybeText,
  RotationEnabled: awsMaybe(z.boolean()),
  RotationLambdaARN: maybeText,
  CreatedDate: time,
  LastChangedDate: time,
  LastRotatedDate: time,
  LastAccessedDate: time,
  OwningService: maybeText,
  Policy: policy,
  Tags: awsTags,
});

export const awsParameter = z.object({
  Arn: awsArn,
  Name: text,
  /** `SecureString` is encrypted. */
  Type: maybeText,
  KeyId: maybeText,
  LastModifiedDate: time,
  Tags: awsTags,
});

export const awsFunction = z.object({
  FunctionArn: awsArn,
  FunctionName: text,
  Role: maybeArn,
  Runtime: maybeText,
  PackageType: maybeText,
  LastModified: time,
  KMSKeyArn: maybeText,
  EnvironmentNames: names,
  Layers: names,
  /** Where the code was taken from, as far as somebody says; AWS itself keeps a copy and knows only images. */
  Code: awsMaybe(z.object({ ImageUri: maybeText, S3Bucket: maybeText, S3Key: maybeText })),
  SecurityGroupIds: names,
  /** Of a function URL: `NONE` lets anybody call that the policy lets. Absent without one. */
  UrlAuthType: maybeText,
  Policy: policy,
  Tags: awsTags,
});

export const awsInstance = z.object({
  Arn: awsArn,
  InstanceId: text,
  /** `running`, `stopped`, … */
  State: maybeText,
  ImageId: maybeText,
  LaunchTime: time,
  PublicIpAddress: maybeText,
  PrivateIpAddress: maybeText,
  PrivateDnsName: maybeText,
  SubnetId: maybeText,
  VpcId: maybeText,
  KeyName: maybeText,
  /** ARN of the instance profile. */
  IamInstanceProfile: maybeArn,
  SecurityGroupIds: names,
  MetadataOptions: awsMaybe(
    z.object({
      HttpTokens: maybeText,
      HttpEndpoint: maybeText,
      HttpPutResponseHopLimit: awsMaybe(z.number()),
    }),
  ),
  Tags: awsTags,
});

export const awsSecurityGroup = z.object({
  Arn: awsArn,
  GroupId: text,
  GroupName: maybeText,
  VpcId: maybeText,
  IpPermissions: awsList(
    z.object({
      /** `-1` is every protocol. */
      IpProtocol: text,
      FromPort: awsMaybe(z.number()),
      ToPort: awsMaybe(z.number()),
      IpRanges: awsList(z.object({ CidrIp: text })),
      Ipv6Ranges: awsList(z.object({ CidrIpv6: text })),
      UserIdGroupPairs: awsList(z.object({ GroupId: maybeText })),
    }),
  ),
  Tags: awsTags,
});

export const awsEcsCluster = z.object({ clusterArn: awsArn, clusterName: maybeText, Tags: awsTags });

export const awsEcsTaskDefinition = z.object({
  taskDefinitionArn: awsArn,
  family: maybeText,
  taskRoleArn: maybeText,
  executionRoleArn: maybeText,
  networkMode: maybeText,
  requiresCompatibilities: names,
  containerDefinitions: awsList(
    z.object({
      name: maybeText,
      image: maybeText,
      privileged: awsMaybe(z.boolean()),
      environmentNames: names,
      secrets: awsList(z.object({ name: text, valueFrom: text })),
    }),
  ),
  Tags: awsTags,
});

export const awsEcsService = z.object({
  serviceArn: awsArn,
  serviceName: maybeText,
  clusterArn: maybeText,
  /** ARN of the task definition with its revision. */
  taskDefinition: maybeText,
  desiredCount: awsMaybe(z.number()),
  launchType: maybeText,
  assignPublicIp: maybeText,
  securityGroups: names,
  enableExecuteCommand: awsMaybe(z.boolean()),
  Tags: awsTags,
});

export const awsEksCluster = z.object({
  arn: awsArn,
  name: text,
  version: maybeText,
  endpoint: maybeText,
  roleArn: maybeText,
  /** OIDC issuer with scheme, as service account tokens carry it. */
  issuer: maybeText,
  endpointPublicAccess: awsMaybe(z.boolean()),
  publicAccessCidrs: names,
  /** `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`: who is heard about who is who. */
  authenticationMode: maybeText,
  accessEntries: awsList(
    z.object({
      principalArn: awsArn,
      username: maybeText,
      kubernetesGroups: names,
      type: maybeText,
      policies: awsList(z.object({ policyArn: text, scope: maybeText, namespaces: names })),
    }),
  ),
  podIdentityAssociations: awsList(
    z.object({
      associationArn: maybeText,
      namespace: text,
      serviceAccount: text,
      roleArn: maybeText,
      targetRoleArn: maybeText,
    }),
  ),
  nodegroups: awsList(z.object({ nodegroupName: text, nodegroupArn: maybeText, nodeRole: maybeText })),
  Tags: awsTags,
});

export const awsEcrRepository = z.object({
  repositoryArn: awsArn,
  repositoryName: text,
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  repositoryUri: maybeText,
  imageTagMutability: maybeText,
  createdAt: time,
  Policy: policy,
  Tags: awsTags,
});

export const awsCodeBuildProject = z.object({
  arn: awsArn,
  name: text,
  serviceRole: maybeText,
  source: awsMaybe(z.object({ type: maybeText, location: maybeText })),
  image: maybeText,
  privilegedMode: awsMaybe(z.boolean()),
  /** A value only where it names a secret or parameter (`SECRETS_MANAGER`, `PARAMETER_STORE`), never one in plain text. */
  environmentVariables: awsList(z.object({ name: text, type: maybeText, valueFrom: maybeText })),
  /** Whether pushes or pull requests of the source start it. */
  webhook: awsMaybe(z.boolean()),
  /** `PUBLIC_READ` shows logs and artifacts to everybody. */
  projectVisibility: maybeText,
  Tags: awsTags,
});

export const awsGlueJob = z.object({
  Arn: awsArn,
  Name: text,
  Role: maybeText,
  ScriptLocation: maybeText,
  Tags: awsTags,
});

export const awsGlueDevEndpoint = z.object({
  Arn: awsArn,
  EndpointName: text,
  RoleArn: maybeText,
  PublicAddress: maybeText,
  Status: maybeText,
});

export const awsStack = z.object({
  StackId: awsArn,
  StackName: text,
  StackStatus: maybeText,
  RoleARN: maybeText,
  CreationTime: time,
  Capabilities: names,
  Tags: awsTags,
});

export const awsNotebookInstance = z.object({
  NotebookInstanceArn: awsArn,
  NotebookInstanceName: text,
  NotebookInstanceStatus: maybeText,
  RoleArn: maybeText,
  DirectInternetAccess: maybeText,
  RootAccess: maybeText,
  KmsKeyId: maybeText,
  SecurityGroups: names,
  DefaultCodeRepository: maybeText,
  NotebookInstanceLifecycleConfigName: maybeText,
  Tags: awsTags,
});

export const awsSageMakerEndpoint = z.object({
  EndpointArn: awsArn,
  EndpointName: text,
  EndpointStatus: maybeText,
  EndpointConfigName: maybeText,
  /** Of the production variants. */
  ModelNames: names,
  Tags: awsTags,
});

export const awsSageMakerModel = z.object({
  ModelArn: awsArn,
  ModelName: text,
  ExecutionRoleArn: maybeText,
  CreationTime: time,
  Containers: awsList(
    z.object({ Image: maybeText, ModelDataUrl: maybeText, ModelPackageName: maybeText, EnvironmentNames: names }),
  ),
  Tags: awsTags,
});

export const awsTrainingJob = z.object({
  TrainingJobArn: awsArn,
  TrainingJobName: text,
  TrainingJobStatus: maybeText,
  RoleArn: maybeText,
  TrainingImage: maybeText,
  CreationTime: time,
  Inputs: awsList(z.object({ ChannelName: maybeText, S3Uri: maybeText })),
  S3OutputPath: maybeText,
  /** `s3://…/model.tar.gz` */
  S3ModelArtifacts: maybeText,
  Tags: awsTags,
});

export const awsSageMakerPipeline = z.object({
  PipelineArn: awsArn,
  PipelineName: text,
  RoleArn: maybeText,
  PipelineStatus: maybeText,
  LastModifiedTime: time,
  Tags: awsTags,
});

export const awsBedrockAgent = z.object({
  agentArn: awsArn,
  agentId: text,
  agentName: maybeText,
  agentStatus: maybeText,
  agentResourceRoleArn: maybeText,
  foundationModel: maybeText,
  guardrailIdentifier: maybeText,
  actionGroups: awsList(
    z.object({
      actionGroupName: maybeText,
      /** ARN of the function that carries the action out. */
      lambda: maybeText,
      /** A built-in tool, for example `AMAZON.CodeInterpreter`. */
      parentActionSignature: maybeText,
    }),
  ),
  knowledgeBaseIds: names,
  Tags: awsTags,
});

export const awsKnowledgeBase = z.object({
  knowledgeBaseArn: awsArn,
  knowledgeBaseId: text,
  name: maybeText,
  roleArn: maybeText,
  status: maybeText,
  storageType: maybeText,
  dataSources: awsList(
    z.object({ dataSourceId: text, name: maybeText, bucketArn: maybeText, inclusionPrefixes: names, type: maybeText }),
  ),
  Tags: awsTags,
});

export const awsGuardrail = z.object({
  guardrailArn: awsArn,
  guardrailId: text,
  name: maybeText,
  status: maybeText,
  version: maybeText,
  Tags: awsTags,
});

export const awsCustomModel = z.object({
  modelArn: awsArn,
  modelName: text,
  baseModelArn: maybeText,
  creationTime: time,
  modelKmsKeyArn: maybeText,
  trainingS3Uri: maybeText,
  outputS3Uri: maybeText,
  Tags: awsTags,
});

export const awsAgentRuntime = z.object({
  agentRuntimeArn: awsArn,
  agentRuntimeId: maybeText,
  agentRuntimeName: maybeText,
  roleArn: maybeText,
  status: maybeText,
  containerUri: maybeText,
  /** Of code that is no image: `s3://bucket/key`. */
  codeS3Uri: maybeText,
  /** `PUBLIC` or `VPC` */
  networkMode: maybeText,
  environmentNames: names,
  Tags: awsTags,
});

export const awsAgentGateway = z.object({
  gatewayArn: awsArn,
  gatewayId: maybeText,
  name: maybeText,
  roleArn: maybeText,
  /** `AWS_IAM`, `CUSTOM_JWT`, or `NONE`: anybody may call. */
  authorizerType: maybeText,
  /** What its tools are: ARN of a function, or the address of a tool server. */
  targets: awsList(z.object({ name: maybeText, lambdaArn: maybeText, endpoint: maybeText })),
  Tags: awsTags,
});

export const awsCodeInterpreter = z.object({
  codeInterpreterArn: awsArn,
  codeInterpreterId: maybeText,
  name: maybeText,
  executionRoleArn: maybeText,
  networkMode: maybeText,
  Tags: awsTags,
});

export const awsResourceFactSchemas = {
  'aws.bucket': awsBucket,
  'aws.kms-key': awsKmsKey,
  'aws.secret': awsSecret,
  'aws.parameter': awsParameter,
  'aws.function': awsFunction,
  'aws.instance': awsInstance,
  'aws.security-group': awsSecurityGroup,
  'aws.ecs-cluster': awsEcsCluster,
  'aws.ecs-task-definition': awsEcsTaskDefinition,
  'aws.ecs-service': awsEcsService,
  'aws.eks-cluster': awsEksCluster,
  'aws.ecr-repository': awsEcrRepository,
  'aws.codebuild-project': awsCodeBuildProject,
  'aws.glue-job': awsGlueJob,
  'aws.glue-dev-endpoint': awsGlueDevEndpoint,
  'aws.stack': awsStack,
  'aws.notebook-instance': awsNotebookInstance,
  'aws.sagemaker-endpoint': awsSageMakerEndpoint,
  'aws.sagemaker-model': awsSageMakerModel,
  'aws.training-job': awsTrainingJob,
  'aws.sagemaker-pipeline': awsSageMakerPipeline,
  'aws.bedrock-agent': awsBedrockAgent,
  'aws.knowledge-base': awsKnowledgeBase,
  'aws.guardrail': awsGuardrail,
  'aws.custom-model': awsCustomModel,
  'aws.agent-runtime': awsAgentRuntime,
  'aws.agent-gateway': awsAgentGateway,
  'aws.code-interpreter': awsCodeInterpreter,
} as const;
