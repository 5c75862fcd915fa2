// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/**
 * From a checkout on a disk to the answer on the command line: what somebody who merely has an account reaches. And the shared
 * CI corpus as one repository: every file is read or reported, and what its authors made vulnerable to strangers is found.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { world } from '../../packages/platform/src/app/compose.ts';
import { run } from '../../packages/platform/src/cli/testing/run.ts';
import github from '../../packages/platform/src/connectors/github/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-scenario-ci-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  return join(folder, root);
}
const remote = (url: string) => `[remote "origin"]\n\turl = ${url}\n`;

test('from a checkout to the secret that a stranger reaches, on the command line', async () => {
  const checkout = write('checkout', {
    '.git/config': remote('git@github.com:Acme/Models.git'),
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.github/workflows/preview.yml': `on: pull_request_target
permissions: {contents: write}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {ref: "\${{ github.event.pull_request.head.sha }}"}
      - run: npm ci
        env: {TOKEN: "\${{ secrets.NPM_TOKEN }}"}
`,
  });
  const source = ['--from', `github:${checkout}`];
  const { out, err } = await run(world, ['paths', ...source, '--start', 'github:Outsider/github.com', '--json']);
  const answer = JSON.parse(out) as { paths: { steps: { type: string; to: { id: string } }[] }[] };
  const ways = answer.paths.map(({ steps }) => steps.map(({ type, to }) => `${type} ${to.id}`));
  expect(ways).toContainEqual([
    'OUTSIDER_JOB github:Job/github.com/acme/models/.github/workflows/preview.yml/build',
    'JOB_SECRET github:Secret/github.com/acme/models/NPM_TOKEN',
  ]);
  // What a checkout cannot tell is said.
  expect(err).toContain('branches, collaborators, environments');
  const goal = 'git:Repository/github.com/acme/models';
  const write2 = await run(world, ['paths', ...source, '--start', 'github:Outsider/github.com', '--goal', goal]);
  for (const step of ['OUTSIDER_JOB', 'JOB_TOKEN', 'TOKEN_CONTENTS', 'BRANCH_PUSH', 'BRANCH_CONTENT'])
    expect(write2.out).toContain(step);
});

const corpus = new URL('../../../shared/data/zizmor/crates/zizmor/tests/integration/test-data/', import.meta.url);
test.skipIf(!existsSync(corpus))('the shared corpus as one repository (corpus not present: skipped)', async () => {
  const checkout = write('corpus', {
    '.git/config': remote('https://github.com/corpus/zizmor.git'),
    '.git/HEAD': 'ref: refs/heads/main\n',
  });
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ya?ml$/.test(file) && !/dependabot|configs\/|zizmor\.|pre-commit|action\.ya?ml$/.test(file),
  );
  const workflows = join(checkout, '.github/workflows');
  mkdirSync(workflows, { recursive: true });
  for (const file of files) cpSync(new URL(file, corpus), join(workflows, file.replaceAll('/', '--')));
  const { estate, gaps } = await collectEstate(github, github.parse(checkout), new AbortController().signal);
  const reported = new Set(gaps.flatMap(({ where }) => /workflows\/(\S+) line/.exec(where)?.[1] ?? []));
  const read = new Set(estate.all('github.workflow').map(({ data }) => data.path.split('/').at(-1) ?? ''));
  for (const file of files.map((name) => name.replaceAll('/', '--')))
    expect(read.has(file) || reported.has(file), file).toBe(true);
  const graph = deriveGraph(estate, nodeRules, edgeRules);
  const ways = [...graph.liveEdges()]
    .filter(({ type }) => type === 'OUTSIDER_JOB')
    .map(({ to, note }) => `${to.split('/workflows/')[1]}: ${note?.split(';')[0]}`);
  expect(ways).toMatchInlineSnapshot(`
    [
      "config-scenarios--config-in-dotgithub--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
      "config-scenarios--config-in-root--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
      "config-scenarios--disablement--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
      "config-scenarios--dotyaml-config-in-dotgithub--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
      "several-vulnerabilities.yml/hackme: pull_request_target: line 14: \${{ github.event.pull_request.title }} becomes part of run",
      "template-injection.yml/inject-me: issues: line 16: \${{ github.event.issue.title }} becomes part of script",
    ]
  `);
});
