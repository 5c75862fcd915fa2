/** Reports of our own data gate (`firebreak gate data --json`), so that what was held back before a retrain stands beside the rest. */
import type { EventFormat } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';

export default {
  id: 'data-gate',
  title: 'Reports of the gate before a retrain',
  systems: [],
  is: (value) => textAt(value, 'kind') === 'firebreak/data-gate' && Array.isArray(field(value, 'checks')),
  read(value) {
    const dataset = textAt(value, 'dataset');
    const digest = textAt(value, 'candidate', 'sha256');
    const at = textAt(value, 'at');
    return {
      time: moment(at),
      system: 'data gate',
      actor: { name: 'data gate' },
      operation: `judged ${textAt(value, 'candidate', 'name') ?? 'data'}: ${textAt(value, 'verdict') ?? 'unknown'}`,
      activity: 'read',
      targets: dataset === undefined ? [] : [dataset],
      outcome: 'done',
      ...(digest === undefined || at === undefined ? {} : { ownId: `${digest}/${at}` }),
    };
  },
} satisfies EventFormat;
