import type { StateDetector, WorkflowUses } from '@firebreak/contract';
import { foundAt, stepsOf, workflowNeeds } from '../workflow-files.ts';

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
    for (const { fact, step } of stepsOf(estate)) {
      const { uses } = step;
      if (uses !== undefined && isUnpinned(uses)) yield foundAt(fact, startOf(uses), { note: uses.text.value.trim() });
    }
    for (const fact of estate.all('github.workflow'))
      for (const { uses } of fact.data.jobs)
        if (uses !== undefined && isUnpinned(uses))
          yield foundAt(fact, startOf(uses), { note: uses.text.value.trim() });
  },
} satisfies StateDetector;

/** Images by tag are another matter: `unpinned-images`. */
function isUnpinned({ kind, refKind, text }: WorkflowUses): boolean {
  // `$/…` is GitHub's name for the repository itself.
  return kind === 'repository' && refKind !== 'sha' && refKind !== 'expression' && !text.value.trim().startsWith('$/');
}

/** A block scalar's text begins on the line below. */
function startOf({ text }: WorkflowUses) {
  return text.indent === undefined ? text : { line: text.line + 1, column: text.indent + 1 };
}
