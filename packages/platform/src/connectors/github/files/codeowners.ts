/** Where GitHub looks for CODEOWNERS, and what it reads in it: patterns with their owners, the last match counts. */
export const codeownersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

export interface CodeownersRule {
  readonly line: number;
  readonly pattern: string;
  readonly owners: readonly string[];
}

export function codeownersRules(source: string): CodeownersRule[] {
  return source.split('\n', 20_000).flatMap((written, index) => {
    const [pattern, ...owners] = written
      .slice(0, 2000)
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (pattern === undefined || pattern === '') return [];
    return [
      { line: index + 1, pattern, owners: owners.filter((owner) => /^@?[^@\s]+(@[^@\s]+|\/[^@\s]+)?$/.test(owner)) },
    ];
  });
}
