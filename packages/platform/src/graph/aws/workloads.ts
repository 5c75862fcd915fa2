/**
 * What runs in an account, whatever the service: as which role, from which image, from which place in a bucket, and what it
 * is given to read. One list, so that the rules about all of them are short. What must stay true: a role that somebody wrote
 * by its name alone is of the thing's own account, as AWS takes it; an instance has its role by a profile.
 */
import { accountOfArn, awsId, type Estate, type FactId, type FactKind, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { storageAddress } from '../names/storage-uri.ts';
import { ecrRepositoryId } from './things.ts';

export interface AwsWorkload {
  readonly id: NodeId;
  readonly fact: FactId;
  /** Roles as which what runs in it speaks. */
  readonly roles: readonly NodeId[];
  /** `oci:Repository/…`, with the tag that is followed, or none where a digest is named. */
  readonly images: readonly { readonly repository: NodeId; readonly tag: string }[];
  /** Objects that it runs as code. */
  readonly code: readonly Place[];
  /** Objects that it learns from, answers from or loads as a model. */
  readonly data: readonly Place[];
  /** Whether it takes new code and images by itself when it starts, or only when somebody deploys it. */
  readonly takes: 'at its next start' | 'when it is deployed again';
}
/** Where something lies in S3. */
export interface Place {
  /** `aws:Bucket/…` */
  readonly bucket: NodeId;
  readonly key: string;
  /** For people: `training data`. */
  readonly as: string;
}

/** Fact kinds of workloads. */
export const workloadNeeds: readonly FactKind[] = [
  'aws.function',
  'aws.instance',
  'aws.ecs-task-definition',
  'aws.codebuild-project',
  'aws.glue-job',
  'aws.glue-dev-endpoint',
  'aws.notebook-instance',
  'aws.sagemaker-model',
  'aws.training-job',
  'aws.sagemaker-pipeline',
  'aws.bedrock-agent',
  'aws.knowledge-base',
  'aws.custom-model',
  'aws.agent-runtime',
  'aws.agent-gateway',
  'aws.code-interpreter',
];

/** Roles by the ARN of an instance profile. */
export const profileRoles: (estate: Estate) => ReadonlyMap<string, NodeId> = perEstate(
  (estate) =>
    new Map(
      estate.all('aws.role').flatMap(({ id, data }) => data.InstanceProfileList.map(({ Arn }) => [Arn, id] as const)),
    ),
);

type Draft = Partial<Omit<AwsWorkload, 'id' | 'fact'>>;

/** All of them, in the order of the kinds. */
export const workloadsOf: (estate: Estate) => readonly AwsWorkload[] = perEstate((estate) => {
  const all: AwsWorkload[] = [];
  const add = (id: FactId, draft: Draft) => {
    all.push({ id, fact: id, roles: [], images: [], code: [], data: [], takes: 'at its next start', ...draft });
  };
  const later = { takes: 'when it is deployed again' } as const;
  for (const { id, data } of estate.all('aws.function')) {
    const { Code, FunctionArn } = data;
    const code = Code?.S3Bucket === undefined ? [] : [place(`s3://${Code.S3Bucket}/${Code.S3Key ?? ''}`, 'its code')];
    add(id, { ...later, roles: role(data.Role, FunctionArn), images: image(Code?.ImageUri), code: code.flat() });
  }
  const profiles = profileRoles(estate);
  for (const { id, data } of estate.all('aws.instance')) {
    const found = profiles.get(data.IamInstanceProfile ?? '');
    add(id, { roles: found === undefined ? [] : [found] });
  }
  for (const { id, data } of estate.all('aws.ecs-task-definition'))
    add(id, {
      roles: role(data.taskRoleArn, data.taskDefinitionArn),
      images: data.containerDefinitions.flatMap((container) => image(container.image)),
    });
  for (const { id, data } of estate.all('aws.codebuild-project')) {
    const { source } = data;
    const code = source?.type === 'S3' ? place(`s3://${source.location ?? ''}`, 'what it builds') : [];
    add(id, { roles: role(data.serviceRole, data.arn), images: image(data.image), code });
  }
  for (const { id, data } of estate.all('aws.glue-job'))
    add(id, { roles: role(data.Role, data.Arn), code: place(data.ScriptLocation, 'its script') });
  for (const { id, data } of estate.all('aws.glue-dev-endpoint')) add(id, { roles: role(data.RoleArn, data.Arn) });
  for (const { id, data } of estate.all('aws.notebook-instance'))
    add(id, { roles: role(data.RoleArn, data.NotebookInstanceArn) });
  for (const { id, data } of estate.all('aws.sagemaker-model'))
    add(id, {
      ...later,
      roles: role(data.ExecutionRoleArn, data.ModelArn),
      images: data.Containers.flatMap((container) => image(container.Image)),
      data: data.Containers.flatMap((container) => place(container.ModelDataUrl, 'its model')),
    });
  for (const { id, data } of estate.all('aws.training-job'))
    add(id, {
      ...later,
      roles: role(data.RoleArn, data.TrainingJobArn),
      images: image(data.TrainingImage),
      data: data.Inputs.flatMap(({ S3Uri }) => place(S3Uri, 'training data')),
    });
  for (const { id, data } of estate.all('aws.sagemaker-pipeline'))
    add(id, { roles: role(data.RoleArn, data.PipelineArn) });
  for (const { id, data } of estate.all('aws.bedrock-agent'))
    add(id, { roles: role(data.agentResourceRoleArn, data.agentArn) });
  for (const { id, data } of estate.all('aws.knowledge-base'))
    add(id, {
      roles: role(data.roleArn, data.knowledgeBaseArn),
      data: data.dataSources.flatMap(({ bucketArn, inclusionPrefixes }) =>
        bucketArn === undefined
          ? []
          : [{ bucket: awsId(bucketArn), key: inclusionPrefixes[0] ?? '', as: 'what it answers from' }],
      ),
    });
  for (const { id, data } of estate.all('aws.custom-model'))
    add(id, { ...later, data: place(data.trainingS3Uri, 'training data') });
  for (const { id, data } of estate.all('aws.agent-runtime'))
    add(id, {
      ...later,
      roles: role(data.roleArn, data.agentRuntimeArn),
      images: image(data.containerUri),
      code: place(data.codeS3Uri, 'its code'),
    });
  for (const { id, data } of estate.all('aws.agent-gateway')) add(id, { roles: role(data.roleArn, data.gatewayArn) });
  for (const { id, data } of estate.all('aws.code-interpreter'))
    add(id, { roles: role(data.executionRoleArn, data.codeInterpreterArn) });
  return all;
});

function role(written: string | undefined, of: string): readonly NodeId[] {
  if (written === undefined || written === '') return [];
  if (written.startsWith('arn:')) return [awsId(written)];
  const [, partition = 'aws'] = of.split(':');
  return [awsId(`arn:${partition}:iam::${accountOfArn(of) ?? ''}:role/${written}`)];
}

/** Only images of private registries of AWS: of others somebody else tells who may push. */
function image(written: string | undefined): AwsWorkload['images'] {
  if (written === undefined || !written.includes('.dkr.ecr.')) return [];
  const repository = ecrRepositoryId(written);
  const tag = /:([\w][\w.-]{0,127})$/.exec(written)?.[1];
  const digest = written.includes('@');
  return repository === undefined || digest ? [] : [{ repository, tag: tag ?? 'latest' }];
}

function place(uri: string | undefined, as: string): readonly Place[] {
  if (uri === undefined) return [];
  const address = storageAddress(uri);
  if (address?.kind !== 'bucket' || address.provider !== 's3' || address.bucket === '') return [];
  return [{ bucket: `aws:Bucket/arn:aws:s3:::${address.bucket}`, key: address.key, as }];
}
