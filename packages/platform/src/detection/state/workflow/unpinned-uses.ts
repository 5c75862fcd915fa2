import type { StateDetector, WorkflowUses } from '@firebreak/contract';
import { foundAt, usesOf, usesStart, workflowNeeds } from '../workflow-files.ts';

export default {
  id: 'unpinned-uses',
  status: 'stable',
  severity: 'high',
  title: 'Foreign code by a name that can be moved',
  needs: workflowNeeds,
  techniques: ['T1195.002', 'T1195.001'],
  explain: {
    what: 'Whoever owns the action or workflow, or takes it over, decides what runs here next time.',
    why: 'It is named by a tag or branch, which can be moved to other code at any time.',
    next: 'Name it by its full commit id, and let a bot propose newer ones.',
  },
  *detect(estate) {
    for (const { fact, uses } of usesOf(estate))
      if (isUnpinned(uses)) yield foundAt(fact, usesStart(uses), { note: uses.text.value.trim() });
  },
} satisfies StateDetector;

/** Images by tag are another matter: `unpinned-images`. */
function isUnpinned({ kind, refKind, text }: WorkflowUses): boolean {
  // `$/…` is GitHub's name for the repository itself.
  return kind === 'repository' && refKind !== 'sha' && refKind !== 'expression' && !text.value.trim().startsWith('$/');
}
