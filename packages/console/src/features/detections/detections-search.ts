import { type DetectionFilter, detectionVerdicts } from '@firebreak/contract/answers/detections';
import { findingSeverities } from '@firebreak/contract/finding';

/** What the list is narrowed to, as it stands in the address. */
export type DetectionsSearch = Partial<
  Pick<DetectionFilter, 'detector' | 'severity' | 'incident' | 'verdict' | 'text' | 'suppressed'>
>;

const ways = ['shown', 'only'] as const;

/** The list's part of an address; what is not of the right form is left out. */
export function detectionsSearch(search: Readonly<Record<string, unknown>>): DetectionsSearch {
  const text = (name: string, most: number) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, most) : undefined;
  };
  const found = {
    detector: text('detector', 300),
    incident: text('incident', 64),
    text: text('text', 200),
    severity: findingSeverities.find((known) => known === search.severity),
    verdict: [...detectionVerdicts, 'none' as const].find((known) => known === search.verdict),
    suppressed: ways.find((known) => known === search.suppressed),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
