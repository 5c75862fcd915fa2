import type { GraphNode, NodeRule } from '@firebreak/contract';
import { liveJobs } from '../../github/jobs.ts';
import { type KnownSecret, secretsOf, secretUses } from '../../github/secrets.ts';

const kinds = { organization: 'OrganizationSecret', repository: 'Secret', environment: 'EnvironmentSecret' } as const;

/** Secrets of Actions by name: static until somebody changes them, and worth something elsewhere. */
export default {
  kinds: Object.values(kinds),
  needs: ['github.secret', 'github.workflow'],
  *derive(estate): Generator<GraphNode> {
    const told = new Set<string>();
    for (const [repository, secrets] of secretsOf(estate))
      for (const secret of secrets) {
        const fact = estate.get('github.secret', secret.fact ?? '');
        told.add(secret.node);
        yield {
          ...nodeOf(secret, repository),
          tenure: {
            lifetime: 'static',
            access: 'standing',
            ...(fact?.data.updated_at === undefined ? {} : { created: fact.data.updated_at }),
          },
        };
      }
    for (const job of liveJobs(estate))
      for (const { secret } of secretUses(estate, job)) {
        if (told.has(secret.node)) continue;
        told.add(secret.node);
        yield nodeOf({ ...secret, fact: job.workflow.id }, `${job.repository.name.host}/${job.repository.name.path}`);
      }
  },
} satisfies NodeRule;

function nodeOf({ node, name, level, environment, fact }: KnownSecret, repository: string): GraphNode {
  const [, namespace = repository] = /^[^/]+\/(.+)$/.exec(repository) ?? [];
  return {
    id: node,
    kind: kinds[level],
    class: 'credential',
    name,
    namespace,
    facts: fact === undefined ? [] : [fact],
    jewel: 'a secret: whoever reads it can use it elsewhere',
    detail: { level, ...(environment === undefined ? {} : { environment }) },
  };
}
