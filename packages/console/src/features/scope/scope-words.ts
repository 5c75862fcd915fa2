import type { Scope } from '@firebreak/contract/answers/scope';
import type { Tone } from '../../ui/tag.tsx';

interface ScopeWords {
  /** For the summary of the incident. */
  readonly short: string;
  readonly title: string;
  readonly tone: Extract<Tone, 'good' | 'danger' | 'warn'>;
}

/** The answer in words. Only `isolated` is good news, and the server says it only when nothing on the way was left unread. */
export function scopeWords(answer: Scope['answer']): ScopeWords {
  switch (answer) {
    case 'isolated':
      return { short: 'Isolated', title: 'Isolated: nothing leads out of where it began.', tone: 'good' };
    case 'wider':
      return { short: 'Wider', title: 'The first step of something wider.', tone: 'danger' };
    case 'cannot-tell':
      return {
        short: 'Cannot tell',
        title: 'Nothing wider is seen, but the known world ends before it could be.',
        tone: 'warn',
      };
  }
}
