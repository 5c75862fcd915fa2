/** Releases and sites that jobs publish. */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { actionName } from './action-names.ts';
import { type Job, liveJobs } from './jobs.ts';
import { pagesId, releasesId } from './powers.ts';

export interface Publication {
  readonly job: Job;
  readonly to: NodeId;
  readonly channel: 'Releases' | 'Pages';
  readonly likelihood: number;
  readonly note: string;
  readonly facts: readonly FactId[];
}

const releasing = new Set([
  'softprops/action-gh-release',
  'ncipollo/release-action',
  'actions/create-release',
  'actions/upload-release-asset',
  'goreleaser/goreleaser-action',
  'release-drafter/release-drafter',
  'googleapis/release-please-action',
  'svenstaro/upload-release-action',
]);
const siting = new Set(['actions/deploy-pages', 'peaceiris/actions-gh-pages', 'jamesives/github-pages-deploy-action']);

/** One for each job and channel, in the order of the jobs. */
export const publications: (estate: Estate) => readonly Publication[] = perEstate((estate) =>
  liveJobs(estate).flatMap((job) => {
    const found = new Map<NodeId, Publication>();
    for (const run of job.runs)
      for (const { step, facts } of run.steps) {
        const name = step.uses === undefined ? '' : actionName(step.uses);
        const script = step.run?.value ?? '';
        const releases = releasing.has(name) || /\bgh\s+release\s+(?:create|upload|edit)\b/.test(script);
        const sites = siting.has(name);
        if (!releases && !sites) continue;
        // Pages are deployed by their own right, or pushed to their branch; a token of one's own makes up for either.
        const scope = name === 'actions/deploy-pages' ? 'pages' : 'contents';
        const may = run.permissions.access(scope) === 'write';
        const ownToken = step.with.some(
          ({ key, text }) => /token/i.test(key) && /secrets\.(?!github_token)/i.test(text.value),
        );
        if (!may && !ownToken) continue;
        const channel = releases ? 'Releases' : 'Pages';
        const to = releases ? releasesId(job.repository) : pagesId(job.repository);
        if (!found.has(to))
          found.set(to, {
            job,
            to,
            channel,
            likelihood: may && !run.permissions.certain ? 0.5 : 1,
            note: `line ${step.line}: ${name === '' ? 'gh release' : name}`,
            facts: [...facts],
          });
      }
    return [...found.values()];
  }),
);
