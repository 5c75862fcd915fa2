const most = 20;

/**
 * Numbers that are missing from a series that must run from 0 without gaps, at most twenty. The verifier proves it; this
 * lets a reader see it.
 */
export function missingEntries(numbers: readonly number[]): readonly number[] {
  const present = new Set(numbers);
  const last = numbers.reduce((highest, number) => Math.max(highest, number), -1);
  const missing: number[] = [];
  for (let number = 0; number < last && missing.length < most; number++) if (!present.has(number)) missing.push(number);
  return missing;
}
