/** GITHUB_TOKEN of every job, with the most that any of its runs has. */
import type { Estate, FactId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type Job, liveJobs } from './jobs.ts';
import { type Access, permissionsInWords, type TokenPermissions, tokenScopes } from './permissions.ts';

export interface JobToken {
  readonly job: Job;
  readonly permissions: TokenPermissions;
  readonly words: string;
  /** What an edge says that rests on the repository's default where that was not read. */
  readonly doubt: { readonly likelihood?: number; readonly note?: string };
  readonly facts: readonly FactId[];
}

/** Tokens that may do anything at all, in the order of the jobs. */
export const jobTokensOf: (estate: Estate) => readonly JobToken[] = perEstate((estate) =>
  liveJobs(estate).flatMap((job) => {
    // A pull request from the repository's own branches gets the full token, so forks take nothing away here.
    const permissions = most(job.runs.map((run) => run.permissions));
    if (tokenScopes.every((scope) => permissions.access(scope) === 'none')) return [];
    const { settings } = job.repository;
    return [
      {
        job,
        permissions,
        words: permissionsInWords(permissions),
        doubt: permissions.certain
          ? {}
          : { likelihood: 0.5, note: 'the default permissions of GITHUB_TOKEN were not read' },
        facts: [
          ...new Set([
            job.workflow.id,
            ...job.runs.flatMap(({ facts }) => facts),
            ...(settings === undefined ? [] : [settings.id]),
          ]),
        ],
      },
    ];
  }),
);

const order: readonly Access[] = ['none', 'read', 'write'];

function most(all: readonly TokenPermissions[]): TokenPermissions {
  return {
    certain: all.every(({ certain }) => certain),
    access: (scope) =>
      all.reduce<Access>((best, each) => {
        const access = each.access(scope);
        return order.indexOf(access) > order.indexOf(best) ? access : best;
      }, 'none'),
  };
}
