import type { EdgeRule } from '@firebreak/contract';
import { statedAccess } from '../../catalog/stated-access.ts';

/** A vendor's service that reads our data is a way to our data for whoever breaks into the vendor (A7). */
export default {
  label: 'STATED_READ',
  from: ['Component', 'Resource', 'API'],
  to: ['Component', 'Resource', 'API'],
  needs: ['catalog.entity'],
  techniques: ['T1199', 'AML.T0035'],
  traverse: 'hours',
  explain: {
    what: 'Reads what it was given access to.',
    why: 'The catalog states that it can read this.',
    cut: 'Take the access away where it was granted, and correct the catalog.',
  },
  severedBy: [],
  derive: (estate) => statedAccess(estate, 'read'),
  levers: () => [],
} satisfies EdgeRule;
