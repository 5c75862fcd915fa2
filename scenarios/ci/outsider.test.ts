// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/**
 * From a checkout on a disk to the answer on the command line: what somebody who merely has an account reaches.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { world } from '../../packages/platform/src/app/compose.ts';
import { run } from '../../packages/platform/src/cli/testing/run.ts';

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
