/** Facts of identities in the making: raw data of a kind, and where it stood. */
import { type AnyFact, awsFactSchemas, awsId, type Gap } from '@firebreak/contract';
import { array, type Foreign, field, printable, record } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { policyDocument } from './policy-text.ts';

export type AwsFactKind = keyof typeof awsFactSchemas;
export interface Draft {
  readonly kind: AwsFactKind;
  readonly arn: string;
  readonly data: Foreign;
  readonly locator: string;
}

/** The documents in it decoded, wherever the kind has some. */
function decoded(kind: AwsFactKind, data: Foreign): Foreign {
  const inline = (list: unknown) =>
    array(list).map((entry) => ({ ...record(entry), PolicyDocument: policyDocument(field(entry, 'PolicyDocument')) }));
  switch (kind) {
    case 'aws.user':
      return { ...data, UserPolicyList: inline(data.UserPolicyList) };
    case 'aws.group':
      return { ...data, GroupPolicyList: inline(data.GroupPolicyList) };
    case 'aws.role':
      return {
        ...data,
        RolePolicyList: inline(data.RolePolicyList),
        AssumeRolePolicyDocument: policyDocument(data.AssumeRolePolicyDocument),
      };
    case 'aws.managed-policy':
      return {
        ...data,
        PolicyVersionList: array(data.PolicyVersionList).flatMap((version) => {
          const Document = policyDocument(field(version, 'Document'));
          return Document === undefined ? [] : [{ ...record(version), Document }];
        }),
      };
    default:
      return data;
  }
}

/** The fact of a draft, or the gap of one that is not of the documented shape. */
export function factOf({ kind, arn, data, locator }: Draft): { readonly fact: AnyFact } | { readonly gap: Gap } {
  const parsed = awsFactSchemas[kind].safeParse(decoded(kind, data));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.map(String).join('.');
    const reason = `${printable(arn === '' ? '(no ARN)' : arn, 120)}: ${printable(where)}: ${printable(issue?.message ?? 'invalid')}.`;
    return { gap: gap('FB-AWS-INVALID', [kind], locator, reason) };
  }
  const id = idOf(kind, arn, data);
  // The schema of the kind made the data, which the union of all facts cannot see.
  return { fact: { id, kind, data: parsed.data, source: { connector: 'aws', locator } } as AnyFact };
}

/** What tells of an identity beside the identity itself has an id of its own. */
function idOf(kind: AwsFactKind, arn: string, data: Foreign): string {
  if (kind === 'aws.account') return arn;
  if (kind === 'aws.last-accessed') return `aws:LastAccessed/${arn}`;
  return kind === 'aws.trail-use' ? `aws:TrailUse/${String(data.Region)}/${arn}` : awsId(arn);
}
