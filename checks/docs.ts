/**
 * Documents that are derived from code. `node checks/docs.ts` compares them, `--write` writes them. Each generator is a
 * function from the code's own data to Markdown, so a table and its source cannot drift.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '@firebreak/contract';
import { describeActions } from '../packages/platform/src/connectors/kubernetes/actions/documentation/table.ts';
import { actions } from '../packages/platform/src/connectors/kubernetes/actions/index.ts';
import { edgesDocument } from '../packages/platform/src/graph/docs/edges.ts';
import { cliDocument } from './docs/cli.ts';
import { coverageDocument } from './docs/coverage.ts';

const documents: Record<string, () => string | Promise<string>> = {
  'docs/actions.md': () => describeActions(actions),
  'docs/cli.md': cliDocument,
  'docs/coverage.md': coverageDocument,
  'docs/edges.md': edgesDocument,
  'docs/errors.md': errorsDocument,
};

const write = process.argv.includes('--write');
let stale = 0;
for (const [path, generate] of Object.entries(documents)) {
  const file = new URL(`../${path}`, import.meta.url);
  const wanted = await generate();
  let present = '';
  try {
    present = readFileSync(file, 'utf8');
  } catch {
    // absent counts as stale
  }
  if (present === wanted) continue;
  stale += 1;
  if (write) writeFileSync(file, wanted);
  else console.error(`${path} is not in step with the code: run npm run docs`);
}
console.log(
  `docs: ${Object.keys(documents).length} generated documents, ${write ? `${stale} written` : `${stale} stale`}`,
);
process.exitCode = write || stale === 0 ? 0 : 1;

function errorsDocument(): string {
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
