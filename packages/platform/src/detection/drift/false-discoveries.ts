/**
 * Which of many tests count, when all metrics of a model are looked at together (Benjamini and Hochberg 1995). While nothing has changed
 * anywhere, the chance that any counts is at most `rate`; when much has, at most that share of those that count is wrong.
 *
 * @returns the p up to which a test counts; 0 when none does
 */
export function discoveryLine(ps: readonly number[], rate: number): number {
  const sorted = ps.toSorted((a, b) => a - b);
  let line = 0;
  for (const [place, p] of sorted.entries()) if (p <= (rate * (place + 1)) / sorted.length) line = p;
  return line;
}
