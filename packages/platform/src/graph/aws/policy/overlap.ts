/** Two patterns held against each other, where `matches` holds one against a text. `*` is any run of characters, `?` any one. */
import { globMatches, globOf, wildcards } from './glob.ts';

/** Whether some text is meant by both. The time is the product of their lengths. */
export function meet(one: string, other: string): boolean {
  const start = Math.min(literalStart(one), literalStart(other));
  if (one.slice(0, start) !== other.slice(0, start)) return false;
  // reach[at]: what was read of `one` and the first `at` characters of `other` can be written alike.
  let reach: boolean[] = [true];
  for (let at = 1; at <= other.length; at += 1) reach.push(reach[at - 1] === true && other[at - 1] === '*');
  for (const token of one) {
    const next: boolean[] = [token === '*' && reach[0] === true];
    for (let at = 1; at <= other.length; at += 1) {
      const against = other[at - 1];
      const star = token === '*' || against === '*';
      const skipped = star && (reach[at] === true || next[at - 1] === true);
      const alike = token === against || token === '?' || against === '?';
      next.push((token === '*' && reach[at] === true) || (against === '*' && next[at - 1] === true) || (star ? skipped : alike && reach[at - 1] === true));
    }
    reach = next;
  }
  return reach[other.length] === true;
}

function literalStart(pattern: string): number {
  const wild = pattern.search(/[*?]/);
  return wild === -1 ? pattern.length : wild;
}

/** Whether everything that `narrow` means is surely meant by `wide`. */
export function covers(wide: string, narrow: string): boolean {
  // A star of `narrow` stands where `wide` has one: a literal of `wide` is no star, and with holes it is not tried.
  return wide === narrow || (!wide.includes('?') && globMatches(globOf(wildcards(wide)), narrow));
}
