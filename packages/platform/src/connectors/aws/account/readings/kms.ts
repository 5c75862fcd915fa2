import { array, textAt } from '../../../../intake/foreign.ts';
import { policyDocument } from '../../policy-text.ts';
import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

/** Keys that AWS holds for its services have a policy and no tags, and are read all the same: secrets are encrypted with them. */
export default {
  service: 'kms',
  where: 'region',
  kinds: ['aws.kms-key'],
  operations: {
    ListKeys: 'kms:ListKeys',
    ListAliases: 'kms:ListAliases',
    DescribeKey: 'kms:DescribeKey',
    GetKeyPolicy: 'kms:GetKeyPolicy',
    ListGrants: 'kms:ListGrants',
    ListResourceTags: 'kms:ListResourceTags',
  },
  async *read(desk) {
    const { items, locator } = await desk.list('ListKeys', 'Keys');
    const aliases = items.length === 0 ? [] : (await desk.list('ListAliases', 'Aliases')).items;
    const aliasesOf = new Map<string, string[]>();
    for (const alias of aliases) {
      const key = textAt(alias, 'TargetKeyId') ?? '';
      aliasesOf.set(key, [...(aliasesOf.get(key) ?? []), textAt(alias, 'AliasName') ?? '']);
    }
    yield* desk.each(items, async (key) => {
      const KeyId = textAt(key, 'KeyId') ?? '';
      const [described, policy, grants] = await Promise.all([
        desk.get('DescribeKey', { KeyId }, KeyId),
        desk.get('GetKeyPolicy', { KeyId, PolicyName: 'default' }, KeyId),
        desk.list('ListGrants', 'Grants', { KeyId }, KeyId),
      ]);
      const metadata = (described?.KeyMetadata ?? {}) as Readonly<Record<string, unknown>>;
      const own = metadata.KeyManager !== 'AWS';
      const tags = own ? await desk.list('ListResourceTags', 'Tags', { KeyId }, KeyId) : undefined;
      const data = {
        Arn: key.KeyArn,
        KeyId,
        KeyManager: metadata.KeyManager,
        KeyState: metadata.KeyState,
        KeyUsage: metadata.KeyUsage,
        Description: metadata.Description,
        CreationDate: metadata.CreationDate,
        Policy: policyDocument(policy?.Policy),
        Grants: grants.items.map((grant) => ({
          GrantId: grant.GrantId,
          GranteePrincipal: grant.GranteePrincipal,
          Operations: array(grant.Operations),
          ...(grant.Constraints === undefined ? {} : { Constrained: true }),
        })),
        Aliases: (aliasesOf.get(KeyId) ?? []).sort(),
        Tags: tagsOf(tags?.items),
      };
      return desk.fact('aws.kms-key', key.KeyArn, data, locator);
    });
  },
} satisfies Reading;
