/** Two patterns held against each other, where `matches` holds one against a text. `*` is any run of characters, `?` any one. */
import { globMatches, globOf, wildcards } from './glob.ts';

/** Longer ones than any that AWS stores are taken to meet: the time is the product of the lengths. */
const longest = 512;

/** Whether some text may be meant by both. */
export function meet(one: string, other: string): boolean {
  // Most pairs differ in a letter before any wildcard.
  for (let at = 0; at < one.length && at < other.length; at += 1) {
    if (isWild(one[at]) || isWild(other[at])) break;
    if (one[at] !== other[at]) return false;
  }
  if (one.length > longest || other.length > longest) return true;
  // alike[at]: what was read of `one` and the first `at` characters of `other` mean some text together.
  let alike: boolean[] = [true];
  for (let at = 1; at <= other.length; at += 1) alike.push(alike[at - 1] === true && other[at - 1] === '*');
  for (const token of one) {
    const next: boolean[] = [token === '*' && alike[0] === true];
    for (let at = 1; at <= other.length; at += 1) {
      const against = other[at - 1];
      if (token === '*' || against === '*') next.push(alike[at] === true || next[at - 1] === true);
      else next.push((token === against || token === '?' || against === '?') && alike[at - 1] === true);
    }
    alike = next;
  }
  return alike[other.length] === true;
}

function isWild(character: string | undefined): boolean {
  return character === '*' || character === '?';
}

/** Whether everything that `narrow` means is surely meant by `wide`. */
export function covers(wide: string, narrow: string): boolean {
  // A star of `narrow` stands where `wide` has one: a literal of `wide` is no star, and with holes it is not tried.
  return wide === narrow || (!wide.includes('?') && globMatches(globOf(wildcards(wide)), narrow));
}
