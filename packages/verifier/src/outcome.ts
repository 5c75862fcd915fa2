/**
 * What a verification means, in the words that the page shows. A page is looked at for its colour, so that is decided here and
 * nowhere else: green only when every check held and the key came from the reader; a file that merely agrees with itself is
 * not green.
 */
import type { EvidenceReport } from '@firebreak/contract';

export interface Outcome {
  readonly tone: 'good' | 'partly' | 'bad';
  readonly title: string;
  readonly words: string;
}

export function outcomeOf(report: EvidenceReport): Outcome {
  const { ok, unvouched, checks, keySource, incident, entries, blobs, documents, treeSize } = report;
  const failed = checks.filter((check) => !check.ok).length;
  if (unvouched) {
    return {
      tone: 'bad',
      title: 'Not vouched for.',
      words:
        'The file itself holds, but a second party that its log names, or that you asked for, has not vouched for it. ' +
        'Whoever has the key of the log could have written it anew: ask for an export that they have seen.',
    };
  }
  if (!ok || failed > 0 || checks.length === 0) {
    return {
      tone: 'bad',
      title: 'Not verified.',
      words: `${failed} of ${checks.length} checks failed. Treat the file as tampered with, and do not rely on what it says.`,
    };
  }
  const counts = `${entries} entries, ${blobs} blobs and ${documents.length} documents of incident ${incident}, in a log of ${treeSize}.`;
  if (keySource === 'embedded') {
    return {
      tone: 'partly',
      title: 'The file agrees with itself. Who made it is not known.',
      words: `${counts} It was checked with the key that came in it; a forger would have put his own there. Give the key above.`,
    };
  }
  return { tone: 'good', title: 'Verified with the key that you gave.', words: counts };
}
