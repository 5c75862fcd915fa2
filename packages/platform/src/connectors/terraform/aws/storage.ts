/** Buckets, keys, secrets, parameters and image repositories. */
import { type Mappings, mapping } from './drafts.ts';

const blocked = {
  block_public_acls: 'BlockPublicAcls',
  ignore_public_acls: 'IgnorePublicAcls',
  block_public_policy: 'BlockPublicPolicy',
  restrict_public_buckets: 'RestrictPublicBuckets',
} as const;

export const stores: Mappings = {
  aws_s3_bucket: mapping('aws.bucket', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('bucket')];
    if (arn === undefined || name === undefined) return;
    const key = view
      .block('server_side_encryption_configuration')
      .block('rule')
      .block('apply_server_side_encryption_by_default')
      .text('kms_master_key_id');
    const data = {
      Arn: arn,
      Name: name,
      AccountId: view.place.account,
      Region: view.text('region') ?? view.place.region,
      Policy: view.has('policy') ? view.document('policy') : undefined,
      KMSMasterKeyID: key,
      Tags: view.tags(),
    };
    drafts.put('aws.bucket', arn, data, view.locator, [name]);
  }),
  aws_kms_key: mapping('aws.kms-key', (view, drafts) => {
    const [arn, id] = [view.text('arn'), view.text('key_id')];
    if (arn === undefined || id === undefined) return;
    const root = `arn:${view.place.partition}:iam::${view.place.account}:root`;
    // What AWS gives a key that is made without a policy.
    const usual = { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };
    const data = {
      Arn: arn,
      KeyId: id,
      KeyManager: 'CUSTOMER',
      KeyState: view.flag('is_enabled') === false ? 'Disabled' : 'Enabled',
      KeyUsage: view.text('key_usage'),
      Description: view.text('description'),
      Policy: view.has('policy') ? view.document('policy') : { Version: '2012-10-17', Statement: [usual] },
      Tags: view.tags(),
    };
    drafts.put('aws.kms-key', arn, data, view.locator, [id, view.text('id')]);
  }),
  aws_secretsmanager_secret: mapping('aws.secret', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = {
      Arn: arn,
      Name: name,
      KmsKeyId: view.text('kms_key_id'),
      Policy: view.has('policy') ? view.document('policy') : undefined,
      Tags: view.tags(),
    };
    drafts.put('aws.secret', arn, data, view.locator, [name]);
  }),
  aws_ssm_parameter: mapping('aws.parameter', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = { Arn: arn, Name: name, Type: view.text('type'), KeyId: view.text('key_id'), Tags: view.tags() };
    drafts.put('aws.parameter', arn, data, view.locator);
  }),
  aws_ecr_repository: mapping('aws.ecr-repository', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = {
      repositoryArn: arn,
      repositoryName: name,
      repositoryUri: view.text('repository_url'),
      imageTagMutability: view.text('image_tag_mutability') ?? 'MUTABLE',
      Tags: view.tags(),
    };
    drafts.put('aws.ecr-repository', arn, data, view.locator, [name]);
  }),
};

export const storeAdditions: Mappings = {
  aws_s3_bucket_policy: mapping('aws.bucket', (view, drafts) => {
    const bucket = drafts.find('aws.bucket', view.text('bucket'));
    if (bucket !== undefined) bucket.Policy = view.document('policy');
  }),
  aws_s3_bucket_public_access_block: mapping('aws.bucket', (view, drafts) => {
    const bucket = drafts.find('aws.bucket', view.text('bucket'));
    if (bucket === undefined) return;
    const own = Object.entries(blocked).map(([name, flag]) => [flag, view.flag(name) ?? false]);
    bucket.PublicAccessBlock = { ...Object.fromEntries(own), ...closedOnly(bucket.PublicAccessBlock) };
  }),
  aws_s3_account_public_access_block: mapping('aws.bucket', (view, drafts) => {
    const closed = Object.entries(blocked).filter(([name]) => view.flag(name) === true);
    for (const bucket of drafts.all('aws.bucket'))
      bucket.PublicAccessBlock = {
        ...(bucket.PublicAccessBlock as object | undefined),
        ...Object.fromEntries(closed.map(([, flag]) => [flag, true])),
      };
  }),
  aws_s3_bucket_server_side_encryption_configuration: mapping('aws.bucket', (view, drafts) => {
    const bucket = drafts.find('aws.bucket', view.text('bucket'));
    const rule = view.block('rule').block('apply_server_side_encryption_by_default');
    if (bucket !== undefined) bucket.KMSMasterKeyID = rule.text('kms_master_key_id');
  }),
  aws_s3_bucket_versioning: mapping('aws.bucket', (view, drafts) => {
    const bucket = drafts.find('aws.bucket', view.text('bucket'));
    if (bucket !== undefined) bucket.Versioning = view.block('versioning_configuration').text('status');
  }),
  aws_kms_alias: mapping('aws.kms-key', (view, drafts) => {
    const name = view.text('name');
    if (name !== undefined) drafts.add('aws.kms-key', view.text('target_key_id'), 'Aliases', name);
  }),
  aws_kms_grant: mapping('aws.kms-key', (view, drafts) => {
    const grant = {
      GrantId: view.text('grant_id') ?? `terraform:${view.address}`,
      GranteePrincipal: view.text('grantee_principal'),
      Operations: view.texts('operations'),
      ...(view.blocks('constraints').length > 0 ? { Constrained: true } : {}),
    };
    drafts.add('aws.kms-key', view.text('key_id'), 'Grants', grant);
  }),
  aws_kms_key_policy: mapping('aws.kms-key', (view, drafts) => {
    const key = drafts.find('aws.kms-key', view.text('key_id'));
    if (key !== undefined) key.Policy = view.document('policy');
  }),
  aws_secretsmanager_secret_policy: mapping('aws.secret', (view, drafts) => {
    const secret = drafts.find('aws.secret', view.text('secret_arn'));
    if (secret !== undefined) secret.Policy = view.document('policy');
  }),
  aws_secretsmanager_secret_rotation: mapping('aws.secret', (view, drafts) => {
    const secret = drafts.find('aws.secret', view.text('secret_id'));
    if (secret !== undefined) secret.RotationEnabled = true;
  }),
  aws_ecr_repository_policy: mapping('aws.ecr-repository', (view, drafts) => {
    const repository = drafts.find('aws.ecr-repository', view.text('repository'));
    if (repository !== undefined) repository.Policy = view.document('policy');
  }),
};

/** Flags that the account's block has set already. */
function closedOnly(block: unknown): object {
  return Object.fromEntries(
    Object.entries((block as object | undefined) ?? {}).filter(([, closed]) => closed === true),
  );
}
