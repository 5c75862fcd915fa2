import type { Breakage } from '@firebreak/contract/answers/breakage';
import type { Look } from '../../ui/tag.tsx';

type Use = Breakage['holders'][number]['use'];

/** What is known of a use. That nobody knows more than the grant is no sign that it is not used. */
export const useWords: Readonly<Record<Use, Look>> = {
  observed: { word: 'in use', tone: 'warn' },
  'never-observed': { word: 'never seen in use', tone: 'good' },
  granted: { word: 'granted', tone: 'neutral' },
};
