/**
 * Whether what it was made from is known: every dataset, piece of code and model that the lineage leads from, and nothing of the
 * systems that tell of lineage unread. A source is identified when its system says which state of it was used (a digest, a commit,
 * a version); `latest` of something is anything.
 */
import { completeness, type Gap, type Lineage, type PromotionFindings } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';

const sources = new Set(['dataset', 'feature-store', 'vector-store', 'repository', 'artifact', 'model']);
/** Systems that tell what was made from what; a gap elsewhere says nothing about lineage. */
// Who may sign in at MLflow says nothing of what was made from what, and its default permission is never told.
const tellers = /^(?!mlflow\.user$)(mlflow|openlineage|catalog|store|oci|github|ci)\b/;
const identity = /digest|sha|commit|revision|version|snapshot|checksum/i;
const mostNames = 1000;

/** @param gaps of the estate */
export function lineageFinding(lineage: Lineage, gaps: readonly Gap[]): PromotionFindings['lineage'] {
  const kinds = new Set(gaps.flatMap((gap) => gap.kinds.filter((kind) => kind === '*' || tellers.test(kind))));
  const whole = completeness(gaps, kinds);
  const from = lineage.upstream.filter((node) => sources.has(node.class));
  const unidentified = from.filter(
    ({ detail = {} }) => !Object.entries(detail).some(([name, value]) => identity.test(name) && value !== ''),
  );
  const names = (nodes: typeof from) => nodes.slice(0, mostNames).map(({ id }) => id.slice(0, 500));
  const [first] = whole.answer === 'limited' ? whole.reasons : [];
  const complete = first === undefined && from.length > 0 && unidentified.length === 0;
  return {
    state: 'read',
    complete,
    sources: names(from),
    unidentified: names(unidentified),
    why: complete
      ? `It was made from ${from.length} things, each identified.`
      : from.length === 0
        ? 'Nothing is known of what it was made from.'
        : first !== undefined
          ? `Not everything that tells of lineage was read: ${printable(first.where)}: ${printable(first.reason)}`
          : `Of ${unidentified.length} of ${from.length} things it is not known which state was used: ${printable(names(unidentified).join(', '))}.`,
    next: complete ? '' : 'See `firebreak lineage`; log datasets with digests and code with commits.',
  };
}
