/** The frame of SARIF 2.1.0 (OASIS) that every report of ours stands in, and a place as it names places. */

/** @param version of Firebreak. @param more of the run, beside its tool and results */
export function sarifLog(
  version: string,
  rules: readonly object[],
  results: readonly object[],
  more: Readonly<Record<string, string>> = {},
): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Firebreak', semanticVersion: version, rules } }, ...more, results }],
  };
}

/** A path as a relative reference: what a URI may not hold is escaped, part by part. */
export function sarifUri(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
