import { catalogue } from '@firebreak/contract';

/** `docs/errors.md`: the error catalogue as a table. */
export function errorsDocument(): string {
  const rows = Object.entries(catalogue).map(
    ([code, entry]) => `| \`${code}\` | ${entry.what} | ${entry.next} | ${entry.exit} | ${entry.status} |`,
  );
  return `# Errors

Generated from \`packages/contract/src/errors.ts\` by \`npm run docs\`. Codes are stable and never reused. Each occurrence adds
one sentence on why.

| code | what happened | what to do next | exit | HTTP |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
