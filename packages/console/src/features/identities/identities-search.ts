import { type IdentityFinding, identityFindings } from '@firebreak/contract/answers/identities';

export interface IdentitiesSearch {
  /** Only those with all of these. */
  readonly only?: readonly IdentityFinding[];
}

/** The identity list's part of an address. */
export function identitiesSearch(search: Readonly<Record<string, unknown>>): IdentitiesSearch {
  const { only } = search;
  if (!Array.isArray(only)) return {};
  const findings = identityFindings.filter((finding) => only.includes(finding));
  return findings.length === 0 ? {} : { only: findings };
}

/** Each finding as people say it. */
export const findingWords: Readonly<Record<IdentityFinding, string>> = {
  stale: 'stale',
  unattached: 'unattached',
  unused: 'unused',
  expired: 'expired',
  shared: 'shared',
  'several-functions': 'several functions',
  static: 'static',
  standing: 'standing',
  'outlives-workload': 'outlives its workload',
};
