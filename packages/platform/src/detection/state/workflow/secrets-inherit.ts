import type { StateDetector } from '@firebreak/contract';
import { foundAt } from '../workflow-files.ts';

export default {
  id: 'secrets-inherit',
  status: 'stable',
  severity: 'medium',
  title: 'Every secret is handed to a called workflow',
  needs: ['github.workflow'],
  techniques: ['T1552.001', 'T1195.002'],
  explain: {
    what: 'The called workflow gets every secret that the caller could name.',
    why: 'The job says `secrets: inherit`.',
    next: 'Hand over the secrets that the called workflow needs, by name.',
  },
  *detect(estate) {
    for (const fact of estate.all('github.workflow'))
      for (const { uses, secretsInherit } of fact.data.jobs)
        if (uses !== undefined && secretsInherit !== undefined)
          yield foundAt(fact, uses.text, { note: uses.text.value });
  },
} satisfies StateDetector;
