/** Resources as things that may be granted: secrets, parameters, buckets, repositories; with the key of what lies in them. */
import { accountOfArn, type Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { imageReference, imageRepositoryId } from '../names/image-reference.ts';
import { writeId } from '../names/storage-uri.ts';
import { repositoryContentId } from '../oci/images.ts';
import { keyOf } from './keys.ts';
import { tagsTold } from './read.ts';
import type { Thing } from './thing-index.ts';

function place(arn: string) {
  const [, partition = 'aws', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

export const secretThings: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  estate.all('aws.secret').map(({ id, data }) => ({
    end: id,
    arn: data.Arn,
    name: data.Name,
    account: accountOfArn(data.Arn),
    policy: data.Policy,
    tags: data.Tags,
    tagsTold: tagsTold(estate, 'aws.secret', data.Tags),
    fact: id,
    key: keyOf(estate, data.KmsKeyId, 'secretsmanager', place(data.Arn)),
  })),
);

export const parameterThings: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  estate.all('aws.parameter').map(({ id, data }) => ({
    end: id,
    arn: data.Arn,
    name: data.Name,
    account: accountOfArn(data.Arn),
    policy: undefined,
    tags: data.Tags,
    tagsTold: tagsTold(estate, 'aws.parameter', data.Tags),
    fact: id,
    key: data.Type === 'SecureString' ? keyOf(estate, data.KeyId, 'ssm', place(data.Arn)) : undefined,
  })),
);

const buckets: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  estate.all('aws.bucket').map(({ id, data }) => ({
    end: id,
    arn: data.Arn,
    name: data.Name,
    account: data.AccountId,
    policy: data.Policy,
    tags: data.Tags,
    tagsTold: tagsTold(estate, 'aws.bucket', data.Tags),
    fact: id,
    key: keyOf(estate, data.KMSMasterKeyID, 's3', {
      ...place(data.Arn),
      region: data.Region ?? '',
      account: data.AccountId,
    }),
    closed: data.PublicAccessBlock?.RestrictPublicBuckets === true,
  })),
);

/** Reading a bucket's objects gives what lies in it. */
export const bucketsToRead = buckets;

/** Writing them gives the right to change it, which is a node of its own. */
export const bucketsToWrite: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  buckets(estate).map((thing) => ({ ...thing, end: writeId(thing.end) })),
);

/** Registry and repository of an ECR repository as one node, whoever speaks of it. */
export function ecrRepositoryId(uri: string | undefined): string | undefined {
  const image = uri === undefined ? undefined : imageReference(uri);
  return image === undefined ? undefined : imageRepositoryId(image);
}

const repositories: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  estate.all('aws.ecr-repository').flatMap(({ id, data }) => {
    const end = ecrRepositoryId(data.repositoryUri);
    if (end === undefined) return [];
    const account = accountOfArn(data.repositoryArn);
    return [
      {
        end,
        arn: data.repositoryArn,
        name: data.repositoryName,
        account,
        policy: data.Policy,
        tags: data.Tags,
        tagsTold: tagsTold(estate, 'aws.ecr-repository', data.Tags),
        fact: id,
      },
    ];
  }),
);

/** Holding the repository is being able to push to it. */
export const repositoriesToPush = repositories;

export const repositoriesToPull: (estate: Estate) => readonly Thing[] = perEstate((estate) =>
  repositories(estate).map((thing) => ({ ...thing, end: repositoryContentId(thing.end) })),
);
