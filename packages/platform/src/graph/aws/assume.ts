/**
 * Taking a role: what the caller's own policies allow, and what the role's trust policy lets in. Within one account a trust
 * policy that names the caller is enough by itself; everything else needs both.
 */
import { type AwsPolicyDocument, accountOfArn, type Estate, type Fact } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { together } from './administrators.ts';
import { type AwsDecision, awsAuthorizer } from './evaluate.ts';
import type { Holder } from './holders.ts';
import { policyOf } from './policy/document.ts';

/**
 * Whether a holder can take a role.
 * - `as it trusts now`: by its own permission and the trust policy as it is;
 * - `because it is named`: whatever lets it, its permission or the trust policy alone;
 * - `once it trusts it`: after the trust policy was rewritten to name the holder.
 */
export function assumes(
  estate: Estate,
  holder: Holder,
  role: Fact<'aws.role'>,
  how: 'as it trusts now' | 'because it is named' | 'once it trusts it',
): AwsDecision {
  const { decide } = awsAuthorizer(estate);
  const ask = { principal: holder.id, action: 'sts:AssumeRole', resource: role.data.Arn };
  const trust = how === 'once it trusts it' ? naming(holder) : role.data.AssumeRolePolicyDocument;
  const whole = decide({ ...ask, resourcePolicy: trust, resourceDecides: true });
  if (how !== 'as it trusts now' || whole.decision === 'deny') return whole;
  return together([whole, decide({ ...ask, resourceAccount: holder.account })]);
}

function naming({ arn }: Holder): AwsPolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' }],
  };
}

/** Roles whose trust policy could mean a holder, by what it names; few, so that not every pair must be decided. */
const openings = perEstate((estate) => {
  const byName = new Map<string, Fact<'aws.role'>[]>();
  const put = (name: string, role: Fact<'aws.role'>) => {
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [role]);
    else if (known.at(-1) !== role) known.push(role);
  };
  for (const role of estate.all('aws.role'))
    for (const { effect, principals } of policyOf(role.data.AssumeRolePolicyDocument).statements) {
      if (effect !== 'Allow' || principals === undefined) continue;
      if (principals.everybody || principals.not) put('*', role);
      for (const written of principals.byType.get('AWS') ?? []) {
        const session = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(written);
        if (session !== null) put(`${session[1]} ${session[2]}`, role);
        else if (written.endsWith(':root')) put(accountOfArn(written) ?? written, role);
        else put(written, role);
      }
    }
  return byName;
});

/** Roles anywhere in the estate that may be open to a holder; `assumes` says whether they are. */
export function rolesOpenTo(estate: Estate, holder: Holder): readonly Fact<'aws.role'>[] {
  return [...new Set([...rolesNaming(estate, holder), ...(openings(estate).get(holder.account) ?? [])])].filter(
    ({ id }) => id !== holder.id,
  );
}

/** Those of them that name the holder itself, a session of it, or everybody. */
export function rolesNaming(estate: Estate, holder: Holder): readonly Fact<'aws.role'>[] {
  const byName = openings(estate);
  const names = ['*', holder.arn, holder.uniqueId ?? '*', `${holder.account} ${holder.name}`];
  return [...new Set(names.flatMap((name) => byName.get(name) ?? []))].filter(({ id }) => id !== holder.id);
}

/**
 * Roles that leave it to an account whom it sends: their trust policy names the account without a condition, and denies and
 * excepts nobody. None where resource control policies could have a word.
 */
export function rolesTrustingAccount(estate: Estate, account: string): readonly Fact<'aws.role'>[] {
  if (estate.all('aws.organization-policy').some(({ data }) => data.Type === 'RESOURCE_CONTROL_POLICY')) return [];
  const named = [...(openings(estate).get(account) ?? [])];
  return named.filter(({ data }) => {
    const { statements } = policyOf(data.AssumeRolePolicyDocument);
    const plain = statements.every(({ effect, principals }) => effect === 'Allow' && principals?.not === false);
    return (
      plain &&
      policyOf(data.AssumeRolePolicyDocument)
        .about('sts:AssumeRole')
        .some(
          ({ conditions, principals }) =>
            conditions.length === 0 &&
            (principals?.byType.get('AWS') ?? []).some(
              (written) => written === account || (written.endsWith(':root') && accountOfArn(written) === account),
            ),
        )
    );
  });
}
