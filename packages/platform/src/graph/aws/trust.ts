/**
 * Who may become which role, read from trust policies: services, other accounts, everybody, and identity providers. What the
 * roles' own account lets its users and roles do is for `evaluate.ts` to decide.
 */
import { accountOfArn, awsAccountId, type Estate, type Fact, type FactId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { holdersOf } from './holders.ts';
import { judge } from './judge.ts';
import type { ContextValue } from './policy/condition.ts';
import { policyOf, type Statement } from './policy/document.ts';
import { no, type Truth, yes } from './policy/truth.ts';

export interface Trusted {
  readonly role: NodeId;
  readonly decision: 'allow' | 'depends';
  readonly because: string;
  readonly keys: readonly string[];
  readonly facts: readonly FactId[];
}

export interface Trust {
  /** Roles that a service may assume, by service (`lambda.amazonaws.com`) and account. */
  readonly ofService: (service: string, account: string) => readonly Trusted[];
  /** Principals of trust policies that are not of this estate: accounts by digits, ARNs of strangers, `*`. */
  readonly strangers: ReadonlyMap<string, readonly Trusted[]>;
  /** All services that some role trusts. */
  readonly services: readonly string[];
  /** Roles that let somebody of an identity provider in, by its ARN or, for the great web providers, its name. */
  readonly ofProvider: ReadonlyMap<string, readonly Fact<'aws.role'>[]>;
}

/** Everybody with an account at AWS. */
export const anybodyId: NodeId = 'aws:Principal/anybody';

export const trustOf: (estate: Estate) => Trust = perEstate((estate) => {
  const roles = estate.all('aws.role');
  const strangers = new Map<string, Trusted[]>();
  const services = new Map<string, Fact<'aws.role'>[]>();
  const providers = new Map<string, Set<Fact<'aws.role'>>>();
  const ours = new Set([...holdersOf(estate).values()].map(({ account }) => account));
  for (const role of roles) {
    const seen = new Set<string>();
    for (const { effect, principals } of policyOf(role.data.AssumeRolePolicyDocument).statements) {
      if (effect !== 'Allow' || principals === undefined || principals.not) continue;
      for (const name of principals.byType.get('Service') ?? []) {
        const known = services.get(name);
        if (known === undefined) services.set(name, [role]);
        else if (known.at(-1) !== role) known.push(role);
      }
      for (const provider of principals.byType.get('Federated') ?? [])
        providers.set(provider, (providers.get(provider) ?? new Set()).add(role));
      for (const written of principals.everybody ? ['*'] : (principals.byType.get('AWS') ?? [])) {
        const account = /^\d{12}$/.test(written) ? written : accountOfArn(written);
        if (written !== '*' && (account === undefined || ours.has(account))) continue;
        const name = account !== undefined && written.endsWith(':root') ? account : written;
        if (seen.has(name)) continue;
        seen.add(name);
        const trusted = trusts(role, 'sts:AssumeRole', new Map(), (statement) => names(statement, 'AWS', written));
        const known = strangers.get(name);
        if (trusted !== undefined && known === undefined) strangers.set(name, [trusted]);
        else if (trusted !== undefined) known?.push(trusted);
      }
    }
  }
  const answers = new Map<string, readonly Trusted[]>();
  return {
    ofService(service, account) {
      const key = `${account} ${service}`;
      let known = answers.get(key);
      if (known === undefined) {
        const source: ContextValue = { kind: 'values', values: [account] };
        const context = new Map<string, ContextValue>([['aws:sourceaccount', source]]);
        known = (services.get(service) ?? [])
          .filter(({ data }) => accountOfArn(data.Arn) === account && !/:role\/aws-service-role\//.test(data.Arn))
          .flatMap((role) => {
            return trusts(role, 'sts:AssumeRole', context, (statement) => names(statement, 'Service', service)) ?? [];
          });
        answers.set(key, known);
      }
      return known;
    },
    strangers,
    services: [...services.keys()].sort(),
    ofProvider: new Map(
      [...providers].map(([provider, set]) => [provider, [...set].filter((role) => believes(role, provider))]),
    ),
  };
});

/** Whatever the claims of a token may be: a denial without conditions is the end of it. */
function believes(role: Fact<'aws.role'>, provider: string): boolean {
  return ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'].some(
    (action) => trusts(role, action, new Map(), (statement) => names(statement, 'Federated', provider)) !== undefined,
  );
}

function names({ principals }: Statement, type: string, name: string): Truth {
  if (principals === undefined) return no;
  const listed = (principals.byType.get(type) ?? []).includes(name) || (type === 'AWS' && principals.everybody);
  return listed !== principals.not ? yes : no;
}

/**
 * Whether a role's trust policy lets somebody in whom `isCaller` recognises. `context` is what is known of the request, by
 * key in lower case; everything else is unknown, except that a service calls from where its resource is.
 */
export function trusts(
  role: Fact<'aws.role'>,
  action: string,
  context: ReadonlyMap<string, ContextValue>,
  isCaller: (statement: Statement) => Truth,
): Trusted | undefined {
  const source = { policy: policyOf(role.data.AssumeRolePolicyDocument), label: 'the trust policy', facts: [role.id] };
  const lookup = (key: string): ContextValue => context.get(key) ?? { kind: 'unknown' };
  const { allow, deny, allowedBy, deniedBy } = judge([source], {
    action,
    resource: role.data.Arn,
    context: lookup,
    variables: (key) => {
      const value = lookup(key);
      if (value.kind === 'values') return { text: value.values.length === 1 ? value.values[0] : undefined };
      return value.kind === 'absent' ? { text: undefined } : 'unknown';
    },
    isCaller,
  });
  if (allow === no || deny === yes) return undefined;
  const certain = allow === yes && deny === no;
  return {
    role: role.id,
    decision: certain ? 'allow' : 'depends',
    because: allowedBy?.text ?? 'the trust policy allows it',
    keys: certain ? [] : [...new Set([...(allowedBy?.keys ?? []), ...(deniedBy?.keys ?? [])])].sort(),
    facts: [role.id],
  };
}

/** The node of a stranger: its account, or everybody. */
export function strangerId(written: string): NodeId {
  if (written === '*') return anybodyId;
  return awsAccountId(/^\d{12}$/.test(written) ? written : (accountOfArn(written) ?? written));
}
