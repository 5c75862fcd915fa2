import type { Finding } from '@firebreak/contract/finding';
import { Tag, type Tone } from '../../ui/tag.tsx';

type Severity = Finding['severity'];

const tones: Readonly<Record<Severity, Tone>> = {
  critical: 'danger',
  high: 'danger',
  medium: 'warn',
  low: 'neutral',
  info: 'neutral',
};

/** How bad, as a word; the score beside it where there is one. */
export function SeverityTag({ level, score }: { readonly level: Severity; readonly score?: number }) {
  return (
    <Tag tone={tones[level]}>
      {level.charAt(0).toUpperCase() + level.slice(1)}
      {score !== undefined && ` ${Math.round(score)}`}
    </Tag>
  );
}
