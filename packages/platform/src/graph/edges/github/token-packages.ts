import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pushedImages } from '../../github/images.ts';
import { jobsByRepository } from '../../github/jobs.ts';
import { jobStops, restrictToken, stopJobs } from '../../github/levers.ts';
import { tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';
import { imageRepositoryId } from '../../names/image-reference.ts';

export default {
  label: 'TOKEN_PACKAGES',
  from: ['JobToken'],
  to: ['Repository'],
  needs: ['github.workflow', 'github.actions-settings'],
  techniques: ['T1195.002', 'T1525', 'AML.T0010'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes an image to GitHub’s registry with GITHUB_TOKEN.',
    why: 'The token has `packages: write`, and workflows of the repository push this package, so the package lets the repository in.',
    cut: 'Set `packages: read` in jobs that publish nothing.',
  },
  severedBy: [...jobStops, 'github.restrict-workflow-token'],
  derive,
  levers: (edge, estate) => [...stopJobs(edge, estate), ...restrictToken(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const packages = new Map<string, ReadonlyMap<string, string>>();
  for (const { job, permissions, doubt, facts } of jobTokensOf(estate)) {
    if (permissions.access('packages') !== 'write') continue;
    let known = packages.get(job.repository.id);
    if (known === undefined) {
      known = packagesOf(estate, job.repository.id);
      packages.set(job.repository.id, known);
    }
    for (const [to, workflow] of known)
      yield { from: tokenId(job), to, facts: [...new Set([...facts, workflow])], ...doubt };
  }
}

/** Packages of GitHub's registry that jobs of a repository push, with the workflow that does. */
function packagesOf(estate: Estate, repository: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  for (const job of jobsByRepository(estate).get(repository) ?? [])
    for (const run of job.runs)
      for (const { image } of pushedImages(job, run))
        if (image.registry === 'ghcr.io') packages.set(imageRepositoryId(image), job.workflow.id);
  return packages;
}
