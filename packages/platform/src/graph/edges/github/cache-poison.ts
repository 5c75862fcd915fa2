import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { cacheUsers, writesDefaultCache } from '../../github/caches.ts';
import { liveJobs } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';

export default {
  label: 'CACHE_POISON',
  from: ['Job'],
  to: ['Job'],
  needs: ['github.workflow', 'github.action', 'github.repository'],
  techniques: ['T1195.002', 'T1554'],
  traverse: 'hours',
  explain: {
    what: 'Leaves something in the cache that another job of the repository restores and runs.',
    why: 'Both jobs run on the default branch and so share its cache, and any job can write to it whatever its token may do.',
    cut: 'Restore no cache in jobs that publish or hold secrets.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const users = cacheUsers(estate);
  for (const job of liveJobs(estate)) {
    const { repository } = job;
    const restored = users.get(repository.id);
    if (restored === undefined || !writesDefaultCache(job)) continue;
    yield {
      from: job.id,
      to: {
        key: `github-cache:${repository.id}`,
        label: `jobs of ${repository.name.path} that restore a cache`,
        members: () => restored.map((other) => ({ node: other.job.id, facts: other.facts })),
      },
      facts: [job.workflow.id],
      likelihood: 0.6,
      note: 'the entry must be the one that the other job asks for',
    };
  }
}
