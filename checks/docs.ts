/**
 * Documents that are derived from code. `node checks/docs.ts` compares them, `--write` writes them. Each generator is a
 * function from the code's own data to Markdown, so a table and its source cannot drift. One that cannot be generated does
 * not hide the others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { agentLevers } from '../packages/platform/src/connectors/agents/documentation/table.ts';
import { awsLevers } from '../packages/platform/src/connectors/aws/actions/documentation/table.ts';
import { flagLevers } from '../packages/platform/src/connectors/flagd/documentation/table.ts';
import { githubLevers } from '../packages/platform/src/connectors/github/actions/documentation/table.ts';
import { describeActions } from '../packages/platform/src/connectors/kubernetes/actions/documentation/table.ts';
import { actions } from '../packages/platform/src/connectors/kubernetes/actions/index.ts';
import { litellmLevers } from '../packages/platform/src/connectors/litellm/documentation/table.ts';
import { mlflowLevers } from '../packages/platform/src/connectors/mlflow/documentation/table.ts';
import { oauthLevers } from '../packages/platform/src/connectors/oauth/documentation/table.ts';
import { ociLevers } from '../packages/platform/src/connectors/oci/actions/documentation/table.ts';
import { spiffeLevers } from '../packages/platform/src/connectors/spiffe/documentation/table.ts';
import { ssfLevers } from '../packages/platform/src/connectors/ssf/documentation/table.ts';
import { storeLevers } from '../packages/platform/src/connectors/stores/documentation/table.ts';
import { describeLevers } from '../packages/platform/src/exchange/documentation.ts';
import { edgesDocument } from '../packages/platform/src/graph/docs/edges.ts';
import { cliDocument } from './docs/cli.ts';
import { coverageDocument } from './docs/coverage.ts';
import { errorsDocument } from './docs/errors.ts';

const documents: Record<string, () => string | Promise<string>> = {
  'docs/actions.md': () =>
    [
      describeActions(actions),
      describeLevers(awsLevers),
      describeLevers(agentLevers),
      describeLevers(flagLevers),
      describeLevers(githubLevers),
      describeLevers(litellmLevers),
      describeLevers(mlflowLevers),
      describeLevers(oauthLevers),
      describeLevers(ociLevers),
      describeLevers(spiffeLevers),
      describeLevers(ssfLevers),
      describeLevers(storeLevers),
    ].join('\n'),
  'docs/cli.md': cliDocument,
  'docs/coverage.md': coverageDocument,
  'docs/edges.md': edgesDocument,
  'docs/errors.md': errorsDocument,
};

const write = process.argv.includes('--write');
const counts = { current: 0, written: 0, stale: 0, failed: 0 };
for (const [path, generate] of Object.entries(documents)) counts[await settle(path, generate)] += 1;
const { current, written, stale, failed } = counts;
console.log(`docs: ${current} in step with the code, ${written} written, ${stale} stale, ${failed} failed`);
process.exitCode = stale + failed === 0 ? 0 : 1;

async function settle(path: string, generate: () => string | Promise<string>): Promise<keyof typeof counts> {
  const file = new URL(`../${path}`, import.meta.url);
  try {
    const wanted = await generate();
    if ((await readFile(file, 'utf8').catch(() => undefined)) === wanted) return 'current';
    if (!write) {
      console.error(`${path} is not in step with the code: run npm run docs`);
      return 'stale';
    }
    await writeFile(file, wanted);
    return 'written';
  } catch (error) {
    console.error(`${path} cannot be generated: ${error instanceof Error ? error.message : String(error)}`);
    return 'failed';
  }
}
