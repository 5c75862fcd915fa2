/**
 * A real account, made vulnerable on purpose, with what its author says of each identity and what a second tool (PMapper)
 * found. The corpus is not part of the repository; without it the suite says so and is skipped.
 */
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/data/cloudsplaining/', import.meta.url);

export const corpusPresent = existsSync(folder);
/** Authorization details of the account, and of the small one whose identities the author left out of scope. */
export const accountFile = new URL('examples/files/example.json', folder).pathname;
export const otherAccountFile = new URL('test/files/example-authz-details.json', folder).pathname;

export interface Label {
  readonly arn: string;
  /** `EXPLOITABLE`, `NOT`, or words for identities that the author did not judge. */
  readonly author_label: string;
  /** What PMapper says: `admin`, `privesc` or `no`. */
  readonly pmapper: 'admin' | 'privesc' | 'no';
  readonly agree: boolean;
}

export function labels(): readonly Label[] {
  return JSON.parse(readFileSync(new URL('expected-labels.json', folder), 'utf8')) as Label[];
}
