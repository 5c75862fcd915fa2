/**
 * Tokens of other systems → roles (OIDC federation). A role lets a token in when its trust policy names the account's OIDC
 * provider for the token's issuer and its conditions hold for audience, subject and further claims, which IAM offers as
 * `<issuer>:aud`, `<issuer>:sub`, … Source: IAM user guide, "Create a role for OpenID Connect federation" and "Available
 * keys for AWS OIDC federation".
 *
 * What must stay true: a role is joined to an issuer by the issuer's own address and nothing else; a claim that the caller
 * of this function does not know is unknown, and what hangs on it is `depends`.
 */
import { accountOfArn, awsId, type Estate, type Fact, type FactId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { oidcIssuer } from '../names/oidc-issuer.ts';
import type { ContextValue } from './policy/condition.ts';
import { no, yes } from './policy/truth.ts';
import { trustOf, trusts } from './trust.ts';

export interface WebIdentity {
  /** Issuer without scheme: `token.actions.githubusercontent.com`, `oidc.eks.eu-west-1.amazonaws.com/id/ABC`. */
  readonly issuer: string;
  /** `repo:acme/models:ref:refs/heads/main`, `system:serviceaccount:ml:trainer` */
  readonly subject: string;
  /** Absent when the one who asks for the token chooses it. */
  readonly audience?: string;
  /** Further claims by name; what is not here is unknown. */
  readonly claims?: Readonly<Record<string, string>>;
}

export interface FederatedRole {
  readonly role: NodeId;
  readonly decision: 'allow' | 'depends';
  /** In words: which statement, and on what it depends. */
  readonly because: string;
  /** Condition keys that nobody knows. */
  readonly keys: readonly string[];
  /** The role, and the provider where it was read. */
  readonly facts: readonly FactId[];
}

/** Every role that a token opens, in the order of the roles. */
export function* rolesForWebIdentity(estate: Estate, identity: WebIdentity): Generator<FederatedRole> {
  const issuer = oidcIssuer(identity.issuer);
  for (const [provider, roles] of trustOf(estate).ofProvider) {
    if (issuerOf(provider) !== issuer) continue;
    const read = estate.get('aws.oidc-provider', awsId(provider));
    for (const role of roles) {
      const found = opens(role, provider, read, identity);
      if (found !== undefined) yield found;
    }
  }
}

/** Issuer without scheme of a provider's ARN, or of the name under which IAM knows a great web provider. */
export function issuerOf(provider: string): string {
  return oidcIssuer(provider.replace(/^arn:[^:]+:iam::\d{12}:oidc-provider\//, ''));
}

function opens(
  role: Fact<'aws.role'>,
  provider: string,
  read: Fact<'aws.oidc-provider'> | undefined,
  identity: WebIdentity,
): FederatedRole | undefined {
  // A provider is of the role's own account.
  const account = accountOfArn(provider);
  if (account !== undefined && account !== accountOfArn(role.data.Arn)) return undefined;
  const accepted = read?.data.ClientIDList ?? [];
  const { audience } = identity;
  if (audience !== undefined && accepted.length > 0 && !accepted.includes(audience)) return undefined;
  const prefix = issuerOf(provider).toLowerCase();
  const context = new Map<string, ContextValue>();
  const say = (claim: string, value: string) =>
    context.set(`${prefix}:${claim.toLowerCase()}`, { kind: 'values', values: [value] });
  for (const [claim, value] of Object.entries(identity.claims ?? {})) say(claim, value);
  say('sub', identity.subject);
  if (audience !== undefined) say('aud', audience);
  context.set('aws:federatedprovider', { kind: 'values', values: [provider] });
  const trusted = trusts(role, 'sts:AssumeRoleWithWebIdentity', context, ({ principals }) =>
    (principals?.byType.get('Federated') ?? []).includes(provider) !== (principals?.not ?? false) ? yes : no,
  );
  if (trusted === undefined) return undefined;
  // The one who asks for a token of any audience asks for the one that opens.
  const keys = trusted.keys.filter((key) => audience !== undefined || key.toLowerCase() !== `${prefix}:aud`);
  const depends = keys.length > 0;
  return {
    role: role.id,
    decision: depends ? 'depends' : 'allow',
    because: depends ? `${trusted.because}, depending on ${keys.join(', ')}` : trusted.because,
    keys,
    facts: [role.id, ...(read === undefined ? [] : [read.id])],
  };
}

/** The same question for one role: whether the token opens it. */
export function webIdentityOpens(estate: Estate, role: NodeId, identity: WebIdentity): FederatedRole | undefined {
  const fact = estate.get('aws.role', role);
  if (fact === undefined) return undefined;
  const issuer = oidcIssuer(identity.issuer);
  for (const provider of providersNamedBy(estate).get(role) ?? []) {
    if (issuerOf(provider) !== issuer) continue;
    const found = opens(fact, provider, estate.get('aws.oidc-provider', awsId(provider)), identity);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Providers that a role's trust policy names, as it names them. */
export const providersNamedBy: (estate: Estate) => ReadonlyMap<NodeId, readonly string[]> = perEstate((estate) => {
  const byRole = new Map<NodeId, string[]>();
  for (const [provider, roles] of trustOf(estate).ofProvider)
    for (const { id } of roles) byRole.set(id, [...(byRole.get(id) ?? []), provider]);
  return byRole;
});
