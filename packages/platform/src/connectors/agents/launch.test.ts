import { expect, test } from 'vitest';
import { launchOf } from './launch.ts';

const npm = (name: string, version: string | undefined, pinned: boolean) => ({
  registry: 'npm',
  name,
  version,
  pinned,
});
const pypi = (name: string, version: string | undefined, pinned: boolean) => ({
  registry: 'pypi',
  name,
  version,
  pinned,
});
const oci = (name: string, version: string | undefined, pinned: boolean) => ({
  registry: 'oci',
  name,
  version,
  pinned,
});

test.each([
  ['npx -y @acme/server@latest', npm('@acme/server', 'latest', false)],
  ['npx --yes server', npm('server', undefined, false)],
  ['npx -y server@1.2.3', npm('server', '1.2.3', true)],
  ['npx -y server@^1.2.3', npm('server', '^1.2.3', false)],
  ['npx -p @acme/tools@2.0.0 run-it', npm('@acme/tools', '2.0.0', true)],
  ['cmd /c npx -y server', npm('server', undefined, false)],
  ['/usr/local/bin/bunx server', npm('server', undefined, false)],
  ['pnpm dlx server@1.0.0', npm('server', '1.0.0', true)],
  ['deno run -A npm:@acme/server@1.0.0', npm('@acme/server', '1.0.0', true)],
  ['uvx Mcp_Server.Fetch', pypi('mcp-server-fetch', undefined, false)],
  ['uvx server==0.4.1', pypi('server', '0.4.1', true)],
  ['uvx server@0.4.1', pypi('server', '0.4.1', true)],
  ['uvx server@latest', pypi('server', 'latest', false)],
  ['uvx --from server[cli]>=1 run', pypi('server', '1', false)],
  ['pipx run server', pypi('server', undefined, false)],
  ['docker run -i --rm -e TOKEN -v /a:/b ghcr.io/acme/x:1.2 serve', oci('ghcr.io/acme/x', '1.2', false)],
  ['docker run localhost:5000/x', oci('localhost:5000/x', undefined, false)],
  [`podman run x@sha256:${'a'.repeat(64)}`, oci('x', `sha256:${'a'.repeat(64)}`, true)],
])('%s', (line, expected) => {
  const [command, ...args] = line.split(' ');
  expect(launchOf(command, args)?.package).toEqual(expected);
});

test.each([
  'node ./server.js',
  'python -m server',
  'npx',
  'npx ./local',
  'npx ../../etc/x',
  'docker compose up',
  'docker run',
  'uvx ./here',
  'npm run server',
  'bash -c npx',
])('%s fetches no package that we know', (line) => {
  const [command, ...args] = line.split(' ');
  expect(launchOf(command, args)?.package).toBeUndefined();
});

test.each([
  ['npx -y github:Acme/server', 'https://github.com/Acme/server'],
  ['uvx --from git+https://x:y@github.com/acme/server@main server', 'https://github.com/acme/server'],
])('%s runs a repository', (line, repository) => {
  const [command, ...args] = line.split(' ');
  expect(launchOf(command, args)?.repository).toBe(repository);
});

test.each([
  ['', []],
  [undefined, []],
])('no command, nothing', (command, args) => expect(launchOf(command, args)).toBeUndefined());
