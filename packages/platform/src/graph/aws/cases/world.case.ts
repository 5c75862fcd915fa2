/** Small accounts for tests: facts as the connector makes them, with the least that can be said. */
import {
  type AnyFact,
  type AwsPolicyDocument,
  awsAccountId,
  awsFactSchemas,
  awsId,
  type Estate,
  type Gap,
} from '@firebreak/contract';
import { estateOf } from '../../../facts/estate.ts';

export const account = '111122223333';
export const iam = (resource: string, of = account) => `arn:aws:iam::${of}:${resource}`;

type Loose = Readonly<Record<string, unknown>>;

export function allow(action: unknown, resource: unknown = '*', more: Loose = {}): Loose {
  return { Effect: 'Allow', Action: action, Resource: resource, ...more };
}
export function deny(action: unknown, resource: unknown = '*', more: Loose = {}): Loose {
  return { Effect: 'Deny', Action: action, Resource: resource, ...more };
}
export function document(...statements: readonly Loose[]): AwsPolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function fact(kind: keyof typeof awsFactSchemas, id: string, data: Loose): AnyFact {
  return { id, kind, data: awsFactSchemas[kind].parse(data), source: { connector: 'aws', locator: 'test' } } as AnyFact;
}

export function user(name: string, statements: readonly Loose[], more: Loose = {}, of = account): AnyFact {
  const UserPolicyList = [{ PolicyName: 'own', PolicyDocument: document(...statements) }];
  const Arn = iam(`user/${name}`, of);
  return fact('aws.user', awsId(Arn), { Arn, UserName: name, UserId: `AIDA${name}`, UserPolicyList, ...more });
}

export function group(name: string, statements: readonly Loose[]): AnyFact {
  const Arn = iam(`group/${name}`);
  const GroupPolicyList = [{ PolicyName: 'own', PolicyDocument: document(...statements) }];
  return fact('aws.group', awsId(Arn), { Arn, GroupName: name, GroupPolicyList });
}

export function role(
  name: string,
  trust: readonly Loose[],
  statements: readonly Loose[] = [],
  more: Loose = {},
  of = account,
): AnyFact {
  const Arn = iam(`role/${name}`, of);
  return fact('aws.role', awsId(Arn), {
    Arn,
    RoleName: name.replace(/^.*\//, ''),
    RoleId: `AROA${name}`,
    AssumeRolePolicyDocument: document(...trust),
    RolePolicyList: [{ PolicyName: 'own', PolicyDocument: document(...statements) }],
    ...more,
  });
}

export function managed(name: string, ...statements: readonly Loose[]): AnyFact {
  const Arn = iam(`policy/${name}`);
  const PolicyVersionList = [{ VersionId: 'v1', IsDefaultVersion: true, Document: document(...statements) }];
  return fact('aws.managed-policy', awsId(Arn), { Arn, PolicyName: name, PolicyVersionList });
}

export function organizationPolicy(
  id: string,
  targets: readonly string[],
  statements: readonly Loose[],
  type = 'SERVICE_CONTROL_POLICY',
): AnyFact {
  const Arn = `arn:aws:organizations::999999999999:policy/o-1/${type.toLowerCase()}/${id}`;
  return fact('aws.organization-policy', awsId(Arn), {
    Arn,
    Id: id,
    Type: type,
    Content: document(...statements),
    Targets: targets,
  });
}

export function accountFact(id: string, more: Loose): AnyFact {
  return fact('aws.account', awsAccountId(id), { AccountId: id, ...more });
}

export function trusting(principal: unknown, more: Loose = {}): Loose {
  return { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more };
}

/** Gaps by kinds that nobody read. */
export function world(facts: readonly AnyFact[], unread: readonly string[] = []): Estate {
  const gaps: Gap[] =
    unread.length === 0
      ? []
      : [{ kinds: [...unread], where: 'test', code: 'FB-AWS-UNREAD', reason: 'not read', next: '' }];
  return estateOf(facts, gaps);
}
