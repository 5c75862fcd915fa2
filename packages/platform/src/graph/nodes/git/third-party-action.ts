import type { GraphNode, NodeRule } from '@firebreak/contract';
import { actionUses } from '../../github/action-uses.ts';

/** Repositories of others whose actions and workflows run in our jobs: a third party each. */
export default {
  kinds: ['Repository'],
  needs: ['github.workflow', 'github.action'],
  *derive(estate): Generator<GraphNode> {
    const seen = new Map<
      string,
      { readonly name: string; readonly facts: Set<string>; jobs: number; pinned: boolean }
    >();
    for (const { publisher, name, uses, facts } of actionUses(estate)) {
      const known = seen.get(publisher) ?? { name, facts: new Set<string>(), jobs: 0, pinned: true };
      for (const fact of facts.slice(0, 1)) if (known.facts.size < 50) known.facts.add(fact);
      known.jobs += 1;
      known.pinned &&= uses.refKind === 'sha';
      seen.set(publisher, known);
    }
    for (const [id, { name, facts, jobs, pinned }] of seen)
      yield {
        id,
        kind: 'Repository',
        class: 'repository',
        name,
        namespace: name.split('/')[0] ?? name,
        facts: [...facts],
        about: { vendor: name.split('/')[0] ?? name },
        detail: { usedByJobs: jobs, pinned },
      };
  },
} satisfies NodeRule;
