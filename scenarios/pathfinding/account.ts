/**
 * An account in which ways to escalate are open, written as AWS prints it: for each way one principal that holds exactly
 * what it needs, each permission on what the way is done to, and what its prerequisites ask for: a role to pass, a user,
 * group or role to take, a policy. Nothing but the permissions comes from the corpus; what each is done to is said here.
 */
import type { Path } from './corpus.ts';

const account = '111122223333';
const arn = (resource: string) => `arn:aws:iam::${account}:${resource}`;
const administratorAccess = {
  PolicyName: 'AdministratorAccess',
  PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
};

/** What the role that can be passed trusts, so that every thing that runs as a role could run as this one. */
const services = [
  'bedrock-agentcore.amazonaws.com',
  'cloudformation.amazonaws.com',
  'codebuild.amazonaws.com',
  'datapipeline.amazonaws.com',
  'ec2.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'glue.amazonaws.com',
  'lambda.amazonaws.com',
  'sagemaker.amazonaws.com',
  'tasks.apprunner.amazonaws.com',
];

type Json = Readonly<Record<string, unknown>>;

/** What a world is told to do differently. */
export interface Twist {
  /** Permissions that the principals do not get. */
  readonly without?: readonly string[];
  readonly deny?: readonly string[];
  readonly boundaryWithout?: readonly string[];
  readonly organizationDenies?: readonly string[];
  readonly condition?: Json;
  /** Whom the roles that are passed and assumed trust instead. */
  readonly trust?: Json;
  /** Whom a role trusts that holds the same as the principal, next to `bystander`, a user who may assume whatever trusts it. */
  readonly door?: Json;
  /** Every permission on every resource, as people write it. */
  readonly everywhere?: boolean;
}

/** Paths that are done to the principal itself, and those of them whose principal is a role. */
const onItself = new Set(['iam-005', 'iam-007', 'iam-008', 'iam-009']);
const byRole = new Set(['iam-005', 'iam-009']);

/** Name of the principal of a path. */
export function principalOf(id: string): string {
  return `holds-${id}`;
}

/** On what a path's permission is given. */
function resourceOf(id: string, permission: string): string {
  const itself = arn(`${byRole.has(id) ? 'role' : 'user'}/${principalOf(id)}`);
  if (permission === 'iam:PassRole') return arn('role/passed');
  if (permission === 'iam:CreatePolicyVersion') return arn(`policy/policy-${id}`);
  if (/^iam:.*Group/.test(permission)) return arn(`group/group-${id}`);
  if (permission === 'sts:AssumeRole' || /^iam:.*(RolePolicy)/.test(permission))
    return onItself.has(id) ? itself : arn(`role/target-${id}`);
  if (permission.startsWith('iam:')) return onItself.has(id) ? itself : arn(`user/target-${id}`);
  return '*';
}

export function trustsServices(names: readonly string[] = services): Json {
  const statement = { Effect: 'Allow', Principal: { Service: names }, Action: 'sts:AssumeRole' };
  return { Version: '2012-10-17', Statement: [statement] };
}

export const trustsAccount: Json = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' }],
};

function policyDocument({ id, required }: Path, twist: Twist): Json {
  const statements: Json[] = required
    .filter((permission) => twist.without?.includes(permission) !== true)
    .map((permission) => ({
      Effect: 'Allow',
      Action: permission,
      Resource: twist.everywhere === true ? '*' : resourceOf(id, permission),
      ...(twist.condition === undefined ? {} : { Condition: twist.condition }),
    }));
  if (twist.deny !== undefined) statements.push({ Effect: 'Deny', Action: twist.deny, Resource: '*' });
  return { Version: '2012-10-17', Statement: statements };
}

interface Parts {
  readonly users: Json[];
  readonly roles: Json[];
  readonly groups: Json[];
  readonly policies: Json[];
}

/** The answer of `iam get-account-authorization-details` for an account in which these paths are open. */
export function accountOf(open: readonly Path[], twist: Twist = {}): Json {
  const parts: Parts = { users: [], roles: [], groups: [], policies: [] };
  parts.roles.push(role('passed', twist.trust ?? trustsServices(), { AttachedManagedPolicies: [administratorAccess] }));
  for (const path of open) addPath(parts, path, twist);
  if (twist.boundaryWithout !== undefined)
    parts.policies.push(policy('boundary', { Effect: 'Allow', NotAction: twist.boundaryWithout, Resource: '*' }));
  return {
    UserDetailList: parts.users,
    RoleDetailList: parts.roles,
    GroupDetailList: parts.groups,
    Policies: parts.policies,
    ...(twist.organizationDenies === undefined
      ? {}
      : { ServiceControlPolicies: organizationPolicies(twist.organizationDenies) }),
  };
}

function addPath(parts: Parts, path: Path, twist: Twist): void {
  const { id, required } = path;
  const on = new Set(required.map((permission) => resourceOf(id, permission)));
  const wants = (resource: string) => on.has(arn(resource));
  const ownPolicy = { PolicyName: `policy-${id}`, PolicyArn: arn(`policy/policy-${id}`) };
  const takesRole = wants(`role/target-${id}`);
  if (wants(`policy/policy-${id}`))
    parts.policies.push(policy(`policy-${id}`, { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }));
  const joins = required.includes('iam:AddUserToGroup');
  if (wants(`group/group-${id}`))
    parts.groups.push({
      Arn: arn(`group/group-${id}`),
      GroupName: `group-${id}`,
      GroupPolicyList: [],
      AttachedManagedPolicies: joins ? [administratorAccess] : [],
    });
  const principal = {
    // Its own policy is written anew (iam-001), or one of the role that it takes.
    AttachedManagedPolicies: wants(`policy/policy-${id}`) && !takesRole ? [ownPolicy] : [],
    ...(twist.boundaryWithout === undefined
      ? {}
      : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn('policy/boundary') } }),
  };
  const inline = [{ PolicyName: 'needs', PolicyDocument: policyDocument(path, twist) }];
  if (byRole.has(id))
    parts.roles.push(
      role(principalOf(id), trustsServices(['config.amazonaws.com']), { ...principal, RolePolicyList: inline }),
    );
  else
    parts.users.push({
      ...user(principalOf(id)),
      ...principal,
      GroupList: wants(`group/group-${id}`) && !joins ? [`group-${id}`] : [],
      UserPolicyList: inline,
    });
  if (twist.door !== undefined) {
    const everything = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: arn(`role/door-${id}`) };
    const UserPolicyList = [{ PolicyName: 'any', PolicyDocument: { Version: '2012-10-17', Statement: [everything] } }];
    parts.users.push({ ...user('bystander'), UserPolicyList });
    parts.roles.push(role(`door-${id}`, twist.door, { ...principal, RolePolicyList: inline }));
  }
  if (wants(`user/target-${id}`))
    parts.users.push({ ...user(`target-${id}`), AttachedManagedPolicies: [administratorAccess] });
  if (takesRole) {
    const assumed = required.includes('sts:AssumeRole');
    const trust = assumed ? (twist.trust ?? trustsAccount) : trustsServices(['config.amazonaws.com']);
    const policies = [wants(`policy/policy-${id}`) ? ownPolicy : administratorAccess];
    parts.roles.push(role(`target-${id}`, trust, { AttachedManagedPolicies: policies }));
  }
}

function user(name: string): Json {
  return { Path: '/', UserName: name, UserId: `AIDA-${name}`, Arn: arn(`user/${name}`), GroupList: [] };
}

function role(name: string, trust: Json, more: Json): Json {
  const profile = { InstanceProfileName: name, Arn: arn(`instance-profile/${name}`), Roles: [] };
  return {
    Path: '/',
    RoleName: name,
    RoleId: `AROA-${name}`,
    Arn: arn(`role/${name}`),
    AssumeRolePolicyDocument: trust,
    InstanceProfileList: name === 'passed' ? [profile] : [],
    RolePolicyList: [],
    AttachedManagedPolicies: [],
    ...more,
  };
}

function policy(name: string, statement: Json): Json {
  const Document = { Version: '2012-10-17', Statement: [statement] };
  return {
    PolicyName: name,
    Arn: arn(`policy/${name}`),
    DefaultVersionId: 'v1',
    PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document }],
  };
}

/** FullAWSAccess and a Deny, as an organization has them, for the account that stands in the same answer. */
function organizationPolicies(denied: readonly string[]): readonly Json[] {
  const written = (statement: Json) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return [
    { Id: 'p-FullAWSAccess', Name: 'FullAWSAccess', Content: written({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    { Id: 'p-guardrail', Name: 'guardrail', Content: written({ Effect: 'Deny', Action: denied, Resource: '*' }) },
  ];
}

/** The credential report, as far as anybody reads it: who has a password and how many keys. */
export function credentialReport(
  users: Readonly<Record<string, { readonly keys?: number; readonly password?: boolean }>>,
): string {
  const key = (number: number) => [`access_key_${number}_active`, `access_key_${number}_last_rotated`];
  const head = ['user', 'arn', 'user_creation_time', 'password_enabled', ...key(1), ...key(2)];
  const rows = Object.entries(users).map(([name, { keys = 0, password = false }]) => {
    const told = [1, 2].flatMap((number) =>
      keys >= number ? ['true', '2024-01-01T00:00:00+00:00'] : ['false', 'N/A'],
    );
    return [name, arn(`user/${name}`), '2024-01-01T00:00:00+00:00', String(password), ...told];
  });
  return [head, ...rows].map((row) => row.join(',')).join('\n');
}
