import type { EdgeRule } from '@firebreak/contract';
import { statedAccess } from '../../catalog/stated-access.ts';

export default {
  label: 'STATED_WRITE',
  from: ['Component', 'Resource', 'API'],
  to: ['Component', 'Resource', 'API'],
  needs: ['catalog.entity'],
  techniques: ['T1199', 'AML.T0020'],
  traverse: 'hours',
  explain: {
    what: 'Changes what it was given access to.',
    why: 'The catalog states that it can write this.',
    cut: 'Take the access away where it was granted, and correct the catalog.',
  },
  severedBy: [],
  derive: (estate) => statedAccess(estate, 'write'),
  levers: () => [],
} satisfies EdgeRule;
