/** Refs and workflow files that cloud roles name in their trust policies. */
import type { Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { matchesPattern } from './branches.ts';
import type { KnownRepository } from './repositories.ts';

/**
 * Refs that the trust policies of the estate speak of to a repository, with something put in for their wildcards: a job that
 * can run on any branch can run on the one that somebody trusts.
 */
export function wantedRefs(estate: Estate, repository: KnownRepository): readonly string[] {
  const before = wanted(estate).get(repository.id);
  if (before !== undefined) return before;
  // A subject of one's own making may leave the repository out.
  const isOwn = repository.settings?.data.oidc?.use_default === false;
  const full = `repo:${repository.name.path}`;
  const refs = trustedRefs(estate).flatMap(({ pattern, ref }) =>
    isOwn || pattern === undefined || matchesPattern(pattern, full) ? [ref] : [],
  );
  wanted(estate).set(repository.id, refs);
  return refs;
}

const wanted = perEstate(() => new Map<string, readonly string[]>());

/** `pattern` is what stands before the ref in a subject: `repo:acme/*`. */
const trustedRefs: (estate: Estate) => readonly { readonly pattern: string | undefined; readonly ref: string }[] =
  perEstate((estate) => {
    const refs = new Map<string, { pattern: string | undefined; ref: string }>();
    for (const { data } of estate.all('aws.role')) {
      const written = JSON.stringify(data.AssumeRolePolicyDocument);
      if (!written.includes('actions.githubusercontent.com') && !written.includes('_services/token')) continue;
      for (const [, subject = '', ref = ''] of written.matchAll(
        /"((?:[^":]|:(?!refs\/)){0,300}:)?(refs\/(?:heads|tags)\/[^":\s]{1,300})/g,
      )) {
        const pattern = /^(repo:.*):ref:$/i.exec(subject)?.[1]?.toLowerCase().replace(/\*+/g, '**');
        refs.set(`${pattern} ${ref}`, { pattern, ref: ref.replace(/\*+/g, 'any').replace(/\?/g, 'x') });
      }
    }
    return [...refs.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  });

/** Workflow files that trust policies name (`job_workflow_ref`), by path. */
export const wantedFiles: (estate: Estate) => readonly string[] = perEstate((estate) => {
  const files = new Set<string>();
  for (const { data } of estate.all('aws.role')) {
    const written = JSON.stringify(data.AssumeRolePolicyDocument);
    for (const [file] of written.matchAll(/\.github\/workflows\/[\w.-]{1,200}\.ya?ml(?=@)/g)) files.add(file);
  }
  return [...files].sort();
});
