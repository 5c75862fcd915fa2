/**
 * Cloud roles that a token of GitHub opens. Asking costs a look at every trust policy of the issuer, and jobs show the same few
 * subjects over and over, so each is asked for once. Claims that no policy of the estate speaks of are left out: they decide
 * nothing, and would make every job's token one of its own.
 */
import type { Estate, Fact } from '@firebreak/contract';
import { estateOf, perEstate } from '../../facts/estate.ts';
import { type FederatedRole, rolesForWebIdentity } from '../aws/federation.ts';
import { issuerOfHost, type Presented } from './oidc-subject.ts';

const asked = perEstate(() => new Map<string, readonly FederatedRole[]>());

export function cloudRoles(estate: Estate, host: string, { subject, claims }: Presented): readonly FederatedRole[] {
  const told = Object.fromEntries(Object.entries(claims).filter(([name]) => claimsSpokenOf(estate).has(name)));
  const key = JSON.stringify([host, subject, told]);
  const before = asked(estate).get(key);
  if (before !== undefined) return before;
  const roles = [
    ...rolesForWebIdentity(candidates(estate, subject), { issuer: issuerOfHost(host), subject, claims: told }),
  ];
  asked(estate).set(key, roles);
  return roles;
}

/**
 * The roles that may trust a subject, as an estate of their own: with hundreds of repositories and hundreds of roles nearly every
 * pair is a role that names another repository. Left out is only a role of which every subject names one repository in full.
 */
function candidates(estate: Estate, subject: string): Estate {
  const { byRepository, others } = trustingRoles(estate);
  const repository = /^repo:([^:]+)/i.exec(subject)?.[1]?.toLowerCase() ?? '';
  const known = subsets(estate).get(repository);
  if (known !== undefined) return known;
  const subset = estateOf([...others, ...(byRepository.get(repository) ?? []), ...estate.all('aws.oidc-provider')], []);
  subsets(estate).set(repository, subset);
  return subset;
}

const subsets = perEstate(() => new Map<string, Estate>());

const trustingRoles = perEstate((estate) => {
  const byRepository = new Map<string, Fact<'aws.role'>[]>();
  const others: Fact<'aws.role'>[] = [];
  for (const role of estate.all('aws.role')) {
    const written = JSON.stringify(role.data.AssumeRolePolicyDocument);
    const subjects = [...written.matchAll(/"(repo:[^"]*)"/gi)].map(([, text = '']) => text.toLowerCase());
    const named = subjects.map((text) => /^repo:([^:*?$]+):/.exec(text)?.[1]);
    // A Deny, a negation or a subject of another make says something about repositories that it does not name.
    const isPlain =
      named.length > 0 && !/"(?:Deny|[^"]*Not[^"]*)"/.test(written) && oneSubject(written) === named.length;
    if (!isPlain || named.includes(undefined)) others.push(role);
    else
      for (const name of new Set(named)) {
        const known = byRepository.get(name ?? '');
        if (known === undefined) byRepository.set(name ?? '', [role]);
        else known.push(role);
      }
  }
  return { byRepository, others };
});

/** Values of conditions on the subject, however many; -1 where a statement has none and so trusts every subject. */
function oneSubject(written: string): number {
  const document: unknown = JSON.parse(written);
  let count = 0;
  for (const statement of listed((document as { Statement?: unknown }).Statement)) {
    let own = 0;
    for (const operands of Object.values((statement as { Condition?: object }).Condition ?? {}))
      for (const [key, value] of Object.entries((operands ?? {}) as object))
        if (key.toLowerCase().endsWith(':sub')) own += listed(value).length;
    if (own === 0) return -1;
    count += own;
  }
  return count;
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Names behind the issuer in the condition keys of the estate's trust policies. */
const claimsSpokenOf = perEstate((estate) => {
  const names = new Set<string>();
  for (const { data } of estate.all('aws.role'))
    for (const [, name = ''] of JSON.stringify(data.AssumeRolePolicyDocument).matchAll(
      /(?:actions\.githubusercontent\.com|_services\/token):(\w{1,64})"/gi,
    ))
      names.add(name.toLowerCase());
  return names;
});
