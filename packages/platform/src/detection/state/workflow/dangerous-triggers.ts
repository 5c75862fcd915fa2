import type { StateDetector } from '@firebreak/contract';
import { actionOf } from '../../../graph/github/action-names.ts';
import { dangerousTriggers, foundAt } from '../workflow-files.ts';

/** Actions that are made for such events and touch nothing that a stranger wrote. */
const harmless = new Set(['actions/labeler']);

export default {
  id: 'dangerous-triggers',
  status: 'stable',
  severity: 'high',
  title: 'Workflow with a trigger that runs on a stranger’s behalf',
  needs: ['github.workflow'],
  techniques: ['T1195.002', 'T1199'],
  explain: {
    what: 'The workflow runs with the repository’s token and secrets on what anybody with an account did.',
    why: '`pull_request_target` and `workflow_run` run in the context of the repository, not of the fork.',
    next: 'Use `pull_request`, or split the part that needs rights off and let it take nothing from the stranger’s run.',
  },
  *detect(estate) {
    for (const fact of estate.all('github.workflow')) {
      const [first] = dangerousTriggers(fact.data);
      if (first === undefined) continue;
      const { jobs, onMark } = fact.data;
      if (jobs.every(({ steps }) => steps.length > 0 && steps.every((step) => harmless.has(actionOf(step) ?? ''))))
        continue;
      yield foundAt(fact, onMark, { note: first.event });
    }
  },
} satisfies StateDetector;
