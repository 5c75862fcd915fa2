/** IAM and Organizations. */
import { accountOfArn } from '@firebreak/contract';
import { type Drafts, type Mappings, mapping } from './drafts.ts';
import type { View } from './view.ts';

function boundary(view: View) {
  const arn = view.text('permissions_boundary');
  return arn === undefined ? undefined : { PermissionsBoundaryArn: arn };
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Policies are written inline in the block `inline_policy` too. */
function inlineOf(view: View): readonly unknown[] {
  return view.blocks('inline_policy').flatMap((each) => {
    const [name, document] = [each.text('name'), each.document('policy')];
    return name === undefined || document === undefined ? [] : [{ PolicyName: name, PolicyDocument: document }];
  });
}

export const identities: Mappings = {
  aws_iam_role: mapping('aws.role', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    drafts.put(
      'aws.role',
      arn,
      {
        Arn: arn,
        RoleName: name,
        RoleId: view.text('unique_id'),
        Path: view.text('path'),
        CreateDate: view.text('create_date'),
        AssumeRolePolicyDocument: view.document('assume_role_policy') ?? {},
        RolePolicyList: inlineOf(view),
        AttachedManagedPolicies: view
          .texts('managed_policy_arns')
          .map((policy) => ({ PolicyName: lastPart(policy), PolicyArn: policy })),
        PermissionsBoundary: boundary(view),
        MaxSessionDuration: view.number('max_session_duration'),
        Tags: view.tags(),
      },
      view.locator,
      [name],
    );
  }),
  aws_iam_user: mapping('aws.user', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = { Arn: arn, UserName: name, UserId: view.text('unique_id'), Path: view.text('path') };
    drafts.put('aws.user', arn, { ...data, PermissionsBoundary: boundary(view), Tags: view.tags() }, view.locator, [
      name,
    ]);
  }),
  aws_iam_group: mapping('aws.group', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    drafts.put('aws.group', arn, { Arn: arn, GroupName: name }, view.locator, [name]);
  }),
  aws_iam_policy: mapping('aws.managed-policy', (view, drafts) => {
    const [arn, name, document] = [view.text('arn'), view.text('name'), view.document('policy')];
    if (arn === undefined || name === undefined || document === undefined) return;
    const version = { VersionId: 'v1', IsDefaultVersion: true, Document: document };
    const data = { Arn: arn, PolicyName: name, DefaultVersionId: 'v1', PolicyVersionList: [version] };
    drafts.put('aws.managed-policy', arn, data, view.locator);
  }),
  aws_iam_openid_connect_provider: mapping('aws.oidc-provider', (view, drafts) => {
    const [arn, url] = [view.text('arn'), view.text('url')];
    if (arn === undefined || url === undefined) return;
    const data = { Arn: arn, Url: url.replace(/^https:\/\//, ''), ClientIDList: view.texts('client_id_list') };
    drafts.put('aws.oidc-provider', arn, data, view.locator);
  }),
  aws_organizations_policy: mapping('aws.organization-policy', (view, drafts) => {
    const content = view.document('content');
    const type = view.text('type') ?? 'SERVICE_CONTROL_POLICY';
    if (content === undefined || (type !== 'SERVICE_CONTROL_POLICY' && type !== 'RESOURCE_CONTROL_POLICY')) return;
    const id = view.text('id') ?? `terraform:${view.address}`;
    const arn = view.text('arn') ?? `arn:${view.place.partition}:organizations::aws:policy/${id}`;
    const data = { Arn: arn, Id: id, Name: view.text('name'), Type: type, Content: content };
    drafts.put('aws.organization-policy', arn, data, view.locator, [id]);
  }),
};

type Kind = 'aws.role' | 'aws.user' | 'aws.group';
const words = { 'aws.role': 'role', 'aws.user': 'user', 'aws.group': 'group' } as const;
const lists = { 'aws.role': 'RolePolicyList', 'aws.user': 'UserPolicyList', 'aws.group': 'GroupPolicyList' } as const;

/** `aws_iam_role_policy` and its kin. A policy on an identity that is not in the source is of nobody that we know. */
function inlinePolicy(kind: Kind) {
  return mapping(kind, (view, drafts) => {
    const document = view.document('policy');
    const name = view.text('name') ?? `terraform:${view.address}`;
    if (document !== undefined)
      drafts.add(kind, view.text(words[kind]), lists[kind], { PolicyName: name, PolicyDocument: document });
  });
}

function attach(drafts: Drafts, kind: Kind, name: string | undefined, arn: string | undefined): void {
  if (arn !== undefined)
    drafts.add(kind, name, 'AttachedManagedPolicies', { PolicyName: lastPart(arn), PolicyArn: arn });
}

function attachment(kind: Kind) {
  return mapping(kind, (view, drafts) => attach(drafts, kind, view.text(words[kind]), view.text('policy_arn')));
}

export const identityAdditions: Mappings = {
  aws_iam_role_policy: inlinePolicy('aws.role'),
  aws_iam_user_policy: inlinePolicy('aws.user'),
  aws_iam_group_policy: inlinePolicy('aws.group'),
  aws_iam_role_policy_attachment: attachment('aws.role'),
  aws_iam_user_policy_attachment: attachment('aws.user'),
  aws_iam_group_policy_attachment: attachment('aws.group'),
  aws_iam_policy_attachment: mapping(['aws.role', 'aws.user', 'aws.group'], (view, drafts) => {
    const arn = view.text('policy_arn');
    for (const name of view.texts('roles')) attach(drafts, 'aws.role', name, arn);
    for (const name of view.texts('users')) attach(drafts, 'aws.user', name, arn);
    for (const name of view.texts('groups')) attach(drafts, 'aws.group', name, arn);
  }),
  aws_iam_role_policy_attachments_exclusive: mapping('aws.role', () => {}),
  aws_iam_group_membership: mapping('aws.user', (view, drafts) => {
    const group = view.text('group');
    if (group !== undefined) for (const user of view.texts('users')) drafts.add('aws.user', user, 'GroupList', group);
  }),
  aws_iam_user_group_membership: mapping('aws.user', (view, drafts) => {
    for (const group of view.texts('groups')) drafts.add('aws.user', view.text('user'), 'GroupList', group);
  }),
  aws_iam_instance_profile: mapping('aws.role', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn !== undefined && name !== undefined)
      drafts.add('aws.role', view.text('role'), 'InstanceProfileList', { Arn: arn, InstanceProfileName: name });
  }),
  aws_iam_access_key: mapping('aws.user', (view, drafts) => {
    const key = {
      AccessKeyId: view.text('id') ?? `terraform:${view.address}`,
      Status: view.text('status') ?? 'Active',
    };
    drafts.add('aws.user', view.text('user'), 'AccessKeys', { ...key, CreateDate: view.text('create_date') });
  }),
  aws_iam_user_login_profile: mapping('aws.user', (view, drafts) => {
    const user = drafts.find('aws.user', view.text('user'));
    if (user !== undefined) user.LoginProfile = true;
  }),
  aws_organizations_policy_attachment: mapping('aws.organization-policy', (view, drafts) => {
    const target = view.text('target_id');
    if (target !== undefined) drafts.add('aws.organization-policy', view.text('policy_id'), 'Targets', target);
  }),
};

/** Every account that something of the source is of. */
export function accountsOf(drafts: Drafts): ReadonlySet<string> {
  const accounts = new Set<string>();
  for (const kind of ['aws.role', 'aws.user', 'aws.group'] as const)
    for (const { Arn } of drafts.all(kind)) {
      const account = accountOfArn(String(Arn));
      if (account !== undefined) accounts.add(account);
    }
  return accounts;
}
