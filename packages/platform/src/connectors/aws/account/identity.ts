/**
 * Who is who in an account, asked as far as our role lets us, and handed to the same answers that files of authorization
 * details go through: one place makes facts of identities, whoever told of them.
 */
import type { Collected, Gap } from '@firebreak/contract';
import { array, type Foreign, record, textAt } from '../../../intake/foreign.ts';
import { makeAnswers } from '../answers.ts';
import { advisor, lastAccessed } from './advisor.ts';
import { credentialScopes, withCredentials } from './credentials.ts';
import type { Desk, Scope } from './desk.ts';
import { organization, readOrganization } from './organization.ts';

const providers: Scope = {
  service: 'iam',
  kinds: ['aws.oidc-provider'],
  operations: {
    ListOpenIDConnectProviders: 'iam:ListOpenIDConnectProviders',
    GetOpenIDConnectProvider: 'iam:GetOpenIDConnectProvider',
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
  besides: [...credentialScopes, providers, organization, advisor],
};

/** `wait`: milliseconds between two looks at a report of access advisor, which AWS makes in the background. */
export async function* readIdentity(desk: Desk, wait: (ms: number) => Promise<void>): AsyncGenerator<Collected> {
  const answers = makeAnswers();
  const details = await desk.get('GetAccountAuthorizationDetails', {});
  const locator = 'iam/get-account-authorization-details';
  if (details !== undefined) {
    const users = await withCredentials(desk, array(details.UserDetailList));
    answers.add({ ...details, UserDetailList: users, Policies: array(details.Policies).map(named) }, locator);
  }
  const aliases = await desk.list('ListAccountAliases', 'AccountAliases');
  const account = { Id: desk.place.account, Alias: aliases.texts[0] };
  const place = await readOrganization(desk.beside(organization), account.Id);
  answers.add({ Accounts: [{ ...account, ...place.account }] }, 'sts/get-caller-identity');
  answers.add({ OrganizationPolicies: place.policies }, 'organizations/list-policies');
  const oidc = await readProviders(desk.beside(providers));
  answers.add({ OpenIDConnectProviders: oidc }, 'iam/list-open-id-connect-providers');
  const principals = [...array(details?.RoleDetailList), ...array(details?.UserDetailList)];
  for (const report of await lastAccessed(desk.beside(advisor), principals, wait))
    answers.add(report, 'iam/get-service-last-accessed-details');
  for (const collected of answers.finish()) if ('fact' in collected || !isAsked(collected.gap)) yield collected;
}

/** What is asked here: having found none is no gap, and where asking failed that is told already. */
const asked = new Set([
  'aws.login-profile',
  'aws.access-key',
  'aws.last-accessed',
  'aws.trail-use',
  'aws.organization-policy',
  'aws.oidc-provider',
]);

/** Whether a gap tells only that nobody told of what is asked here, or of resources, which are read after this. */
function isAsked({ code, kinds }: Gap): boolean {
  return code === 'FB-AWS-UNREAD' && (kinds.includes('aws.bucket') || kinds.every((kind) => asked.has(kind)));
}

/** A managed policy is called by the end of its ARN. */
function named(policy: unknown): Foreign {
  return { PolicyName: textAt(policy, 'Arn')?.replace(/^.*\//, ''), ...record(policy) };
}

async function readProviders(desk: Desk): Promise<readonly Foreign[]> {
  const listed = await desk.list('ListOpenIDConnectProviders', 'OpenIDConnectProviderList');
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
