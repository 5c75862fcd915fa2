/**
 * Who is who in an account, asked as far as our role lets us, and handed to the same answers that files of authorization
 * details go through: one place makes facts of identities, whoever told of them.
 */
import type { Collected, Gap } from '@firebreak/contract';
import { array, type Foreign, record, textAt } from '../../../intake/foreign.ts';
import { makeAnswers } from '../answers.ts';
import type { Desk, Scope } from './desk.ts';

const credentials: Scope = {
  service: 'iam',
  kinds: ['aws.user'],
  operations: {
    ListUsers: 'iam:ListUsers',
    GetLoginProfile: 'iam:GetLoginProfile',
    ListAccessKeys: 'iam:ListAccessKeys',
    GetAccessKeyLastUsed: 'iam:GetAccessKeyLastUsed',
  },
};
const providers: Scope = {
  service: 'iam',
  kinds: ['aws.oidc-provider'],
  operations: {
    ListOpenIDConnectProviders: 'iam:ListOpenIDConnectProviders',
    GetOpenIDConnectProvider: 'iam:GetOpenIDConnectProvider',
  },
};
const organization: Scope = {
  service: 'organizations',
  kinds: ['aws.organization-policy', 'aws.account'],
  operations: {
    DescribeOrganization: 'organizations:DescribeOrganization',
    ListParents: 'organizations:ListParents',
    ListPolicies: 'organizations:ListPolicies',
    DescribePolicy: 'organizations:DescribePolicy',
    ListTargetsForPolicy: 'organizations:ListTargetsForPolicy',
  },
};
const advisor: Scope = {
  service: 'iam',
  kinds: ['aws.last-accessed'],
  operations: {
    GenerateServiceLastAccessedDetails: 'iam:GenerateServiceLastAccessedDetails',
    GetServiceLastAccessedDetails: 'iam:GetServiceLastAccessedDetails',
  },
};

/** Asked of IAM itself; the rest is asked beside it. */
export const identityScope: Scope & { readonly besides: readonly Scope[] } = {
  service: 'iam',
  kinds: ['aws.user', 'aws.group', 'aws.role', 'aws.managed-policy'],
  operations: {
    GetAccountAuthorizationDetails: 'iam:GetAccountAuthorizationDetails',
    ListAccountAliases: 'iam:ListAccountAliases',
  },
  besides: [credentials, providers, organization, advisor],
};

/** `wait`: milliseconds between two looks at a report of access advisor, which AWS makes in the background. */
export async function* readIdentity(desk: Desk, wait: (ms: number) => Promise<void>): AsyncGenerator<Collected> {
  const answers = makeAnswers();
  const details = await desk.get('GetAccountAuthorizationDetails', {});
  const locator = 'iam/get-account-authorization-details';
  /** What was asked, so that having found none is no gap. */
  const asked = new Set<string>(['aws.login-profile', 'aws.access-key', 'aws.last-accessed']);
  if (details !== undefined) {
    const users = await withCredentials(desk.beside(credentials), array(details.UserDetailList));
    answers.add({ ...details, UserDetailList: users, Policies: array(details.Policies).map(named) }, locator);
  }
  const aliases = await desk.list('ListAccountAliases', 'AccountAliases');
  const account = { Id: desk.place.account, Alias: aliases.texts[0] };
  const place = await readOrganization(desk.beside(organization), account.Id);
  if (place !== undefined) asked.add('aws.organization-policy');
  answers.add({ Accounts: [{ ...account, ...place?.account }] }, 'sts/get-caller-identity');
  if (place?.policies !== undefined)
    answers.add({ OrganizationPolicies: place.policies }, 'organizations/list-policies');
  const oidc = await readProviders(desk.beside(providers));
  if (oidc !== undefined) {
    asked.add('aws.oidc-provider');
    answers.add({ OpenIDConnectProviders: oidc }, 'iam/list-open-id-connect-providers');
  }
  const principals = [...array(details?.RoleDetailList), ...array(details?.UserDetailList)];
  for (const report of await lastAccessed(desk.beside(advisor), principals, wait))
    answers.add(report, 'iam/get-service-last-accessed-details');
  for (const collected of answers.finish()) if ('fact' in collected || !isAsked(collected.gap, asked)) yield collected;
}

/** Whether a gap tells only that nobody told of what is asked here, or of resources, which are read after this. */
function isAsked({ code, kinds }: Gap, asked: ReadonlySet<string>): boolean {
  return code === 'FB-AWS-UNREAD' && (kinds.includes('aws.bucket') || kinds.every((kind) => asked.has(kind)));
}

/** A managed policy is called by the end of its ARN. */
function named(policy: unknown): Foreign {
  return { PolicyName: textAt(policy, 'Arn')?.replace(/^.*\//, ''), ...record(policy) };
}

/** Keys with their last use, passwords: of the users that there are. */
async function withCredentials(desk: Desk, users: readonly unknown[]): Promise<readonly Foreign[]> {
  if (users.length === 0) return [];
  const used = new Map(
    (await desk.list('ListUsers', 'Users')).items.map((user) => [textAt(user, 'Arn'), user.PasswordLastUsed]),
  );
  const all: Foreign[] = [];
  for await (const user of desk.each(users, async (entry) => {
    const UserName = textAt(entry, 'UserName') ?? '';
    const [profile, keys] = await Promise.all([
      desk.get('GetLoginProfile', { UserName }, UserName),
      desk.list('ListAccessKeys', 'AccessKeyMetadata', { UserName }, UserName),
    ]);
    const AccessKeys: Foreign[] = [];
    for (const key of keys.items) {
      const AccessKeyId = textAt(key, 'AccessKeyId') ?? '';
      const use = record((await desk.get('GetAccessKeyLastUsed', { AccessKeyId }, AccessKeyId))?.AccessKeyLastUsed);
      AccessKeys.push({ ...key, LastUsedDate: use?.LastUsedDate, LastUsedService: serviceOf(use) });
    }
    return {
      ...record(entry),
      AccessKeys,
      LoginProfile: profile !== undefined,
      PasswordLastUsed: used.get(textAt(entry, 'Arn')),
    };
  }))
    all.push(user);
  return all;
}

/** AWS writes `N/A` for a key that was never used. */
function serviceOf(use: Foreign | undefined): string | undefined {
  const service = textAt(use, 'ServiceName');
  return service === 'N/A' ? undefined : service;
}

async function readProviders(desk: Desk): Promise<readonly Foreign[] | undefined> {
  const listed = await desk.list('ListOpenIDConnectProviders', 'OpenIDConnectProviderList');
  if (!listed.ok) return undefined;
  const all: Foreign[] = [];
  for (const { Arn } of listed.items) {
    const arn = String(Arn);
    const whole = await desk.get(
      'GetOpenIDConnectProvider',
      { OpenIDConnectProviderArn: arn },
      arn.slice(arn.indexOf('oidc-provider/') + 'oidc-provider/'.length),
    );
    all.push({ Arn, ...whole });
  }
  return all;
}

/** Undefined when it could not be read; without policies when there is no organization. */
async function readOrganization(
  desk: Desk,
  account: string,
): Promise<{ readonly account: Foreign; readonly policies?: readonly Foreign[] } | undefined> {
  const answer = await desk.look('DescribeOrganization', {});
  if (!answer.ok) return answer.failure === 'absent' ? { account: {} } : undefined;
  const whole = record(answer.value.Organization);
  const path = [account];
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const { items } = await desk.list('ListParents', 'Parents', { ChildId: path[0] }, path[0] ?? '');
    const parent = textAt(items[0], 'Id');
    if (parent === undefined) break;
    path.unshift(parent);
    if (textAt(items[0], 'Type') === 'ROOT') break;
  }
  const policies: Foreign[] = [];
  let read = true;
  for (const Filter of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY']) {
    const listed = await desk.list('ListPolicies', 'Policies', { Filter }, Filter);
    read &&= listed.ok;
    for (const summary of listed.items) {
      const PolicyId = textAt(summary, 'Id') ?? '';
      const [policy, targets] = await Promise.all([
        desk.get('DescribePolicy', { PolicyId }, PolicyId),
        desk.list('ListTargetsForPolicy', 'Targets', { PolicyId }, PolicyId),
      ]);
      const content = record(policy?.Policy)?.Content;
      policies.push({ ...summary, Type: Filter, Content: content, Targets: targets.items });
    }
  }
  const found = {
    OrganizationId: whole?.Id,
    ManagementAccount: whole?.MasterAccountId === account,
    OrganizationPath: path,
  };
  return read ? { account: found, policies } : undefined;
}
/** Organizations nest five deep. */
const maxDepth = 16;

/** Access advisor, for every identity. Once it fails it is not asked for the others. */
async function lastAccessed(
  desk: Desk,
  principals: readonly unknown[],
  wait: (ms: number) => Promise<void>,
): Promise<readonly Foreign[]> {
  const all: Foreign[] = [];
  let failed = false;
  for await (const report of desk.each(principals, async (principal) => {
    const Arn = textAt(principal, 'Arn') ?? '';
    const name = Arn.split(':').slice(5).join(':');
    if (failed) return undefined;
    const begun = await desk.look('GenerateServiceLastAccessedDetails', { Arn, Granularity: 'ACTION_LEVEL' }, name);
    if (!begun.ok && begun.failure !== 'unread') {
      if (!failed) desk.report('GenerateServiceLastAccessedDetails', begun, [name]);
      failed = true;
      return undefined;
    }
    const JobId = begun.ok ? begun.value.JobId : undefined;
    for (let look = 0; look < looks; look += 1) {
      const found = await desk.look('GetServiceLastAccessedDetails', { JobId }, name);
      if (!found.ok) {
        if (!failed && found.failure !== 'absent') desk.report('GetServiceLastAccessedDetails', found, [name]);
        failed ||= found.failure !== 'absent';
        return undefined;
      }
      if (found.value.JobStatus !== 'IN_PROGRESS')
        return { Arn, ServicesLastAccessed: array(found.value.ServicesLastAccessed) };
      await wait(500);
    }
    return undefined;
  }))
    if (report !== undefined) all.push(report);
  return all;
}
const looks = 40;
