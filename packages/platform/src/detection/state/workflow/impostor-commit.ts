import type { StateDetector } from '@firebreak/contract';
import { pinnedCommitOf } from '../../../graph/github/pinned-commits.ts';
import { foundAt, usesOf, usesStart, workflowNeeds } from '../workflow-files.ts';

export default {
  id: 'impostor-commit',
  status: 'stable',
  severity: 'critical',
  title: 'A commit of a fork under the name of the repository',
  needs: [...workflowNeeds, 'github.pinned-commit'],
  techniques: ['T1195.001', 'T1036'],
  explain: {
    what: 'Code runs here that whoever forked the repository wrote, and that its owner never took.',
    why: 'The commit is named with the repository, and no branch and no tag of the repository leads to it.',
    next: 'Find out who brought it in, look at what ran since, and name a commit of a release.',
  },
  *detect(estate) {
    for (const { fact, uses } of usesOf(estate)) {
      const commit = pinnedCommitOf(estate, fact.data.repository.host, uses);
      if (commit?.data.own !== false) continue;
      const found = foundAt(fact, usesStart(uses), { note: uses.text.value.trim() });
      yield { ...found, facts: [...found.facts, commit.id] };
    }
  },
} satisfies StateDetector;
