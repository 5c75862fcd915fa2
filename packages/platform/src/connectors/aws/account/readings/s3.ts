import { at, type Foreign, textAt } from '../../../../intake/foreign.ts';
import { policyDocument } from '../../policy-text.ts';
import type { Reading, Scope } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

const flags = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

const accountBlock: Scope = {
  service: 's3control',
  kinds: ['aws.bucket'],
  operations: { GetPublicAccessBlock: 's3:GetAccountPublicAccessBlock' },
};

/** The account's own block counts for every bucket, and is written into each: a bucket is as closed as the closer of the two. */
export default {
  service: 's3api',
  where: 'account',
  kinds: ['aws.bucket'],
  operations: {
    ListBuckets: 's3:ListAllMyBuckets',
    GetBucketPolicy: 's3:GetBucketPolicy',
    GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
    GetBucketEncryption: 's3:GetEncryptionConfiguration',
    GetBucketTagging: 's3:GetBucketTagging',
    GetBucketVersioning: 's3:GetBucketVersioning',
  },
  besides: [accountBlock],
  async *read(desk) {
    const { account } = desk.place;
    const ofAccount = await desk.beside(accountBlock).get('GetPublicAccessBlock', { AccountId: account }, account);
    const { items, locator } = await desk.list('ListBuckets', 'Buckets');
    yield* desk.each(items, async (bucket) => {
      const Bucket = textAt(bucket, 'Name') ?? '';
      const ask = (operation: string) => desk.get(operation, { Bucket }, Bucket);
      const [policy, block, encryption, tagging, versioning] = await Promise.all([
        ask('GetBucketPolicy'),
        ask('GetPublicAccessBlock'),
        ask('GetBucketEncryption'),
        ask('GetBucketTagging'),
        ask('GetBucketVersioning'),
      ]);
      const Arn = `arn:${desk.place.partition}:s3:::${Bucket}`;
      const rule = at(encryption, 'ServerSideEncryptionConfiguration', 'Rules');
      const data = {
        Arn,
        Name: bucket.Name,
        AccountId: account,
        CreationDate: bucket.CreationDate,
        Region: bucket.BucketRegion,
        Policy: policyDocument(policy?.Policy),
        PublicAccessBlock: closer(block, ofAccount),
        KMSMasterKeyID: at(
          Array.isArray(rule) ? rule[0] : undefined,
          'ApplyServerSideEncryptionByDefault',
          'KMSMasterKeyID',
        ),
        Versioning: versioning?.Status,
        Tags: tagsOf(tagging?.TagSet),
      };
      return desk.fact('aws.bucket', Arn, data, locator);
    });
  },
} satisfies Reading;

/** What either of the two blocks. */
function closer(...blocks: readonly (Foreign | undefined)[]): Foreign | undefined {
  if (blocks.every((block) => block === undefined)) return undefined;
  const blocked = (flag: string) => blocks.some((block) => at(block, 'PublicAccessBlockConfiguration', flag) === true);
  return Object.fromEntries(flags.map((flag) => [flag, blocked(flag)]));
}
