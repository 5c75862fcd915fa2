import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import agents from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-agents-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const secrets = ['hunter2hunter2', 'ghp_0123456789abcdef', 'opaque-and-secret', 'c2VjcmV0LXNlZ21lbnQtMTIzNA'];

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}
write('.git/config', `[remote "origin"]\n\turl = https://robot:${secrets[1]}@github.com/acme/bot.git\n`);
write('.mcp.json', {
  mcpServers: {
    github: { command: 'npx', args: ['-y', 'server-github'], env: { GITHUB_TOKEN: secrets[1] } },
    database: { command: 'uvx', args: ['postgres-mcp', `postgres://app:${secrets[0]}@db.example.com/main`] },
    hosted: {
      url: `https://mcp.example.com/s/${secrets[3]}/mcp?api_key=${secrets[0]}`,
      headers: { Authorization: `Bearer ${secrets[2]}` },
    },
    docker: {
      command: 'docker',
      args: ['run', '-e', `API_KEY=${secrets[2]}`, 'ghcr.io/acme/tool', '--token', secrets[0]],
    },
  },
});
write('.claude/settings.json', {
  env: { SECRET_TOKEN: secrets[2] },
  hooks: { Stop: [{ hooks: [{ type: 'command', command: `notify --key ${secrets[2]}` }] }] },
});
write('CLAUDE.md', `The password is ${secrets[2]}`);
write('broken/.mcp.json', '{"mcpServers": {');
write('crew/agents.yaml', 'writer: {role: Writer, goal: Write, backstory: long, llm: anthropic/claude}\n');

const config = { good: { from: 'x' }, bad: { from: '' } };
connectorConformance({
  name: 'agents over files',
  connector: agents,
  open: () => agents.connect(agents.parse(folder), signal),
  config,
  secrets,
  expectedGaps: ['FB-YAML-INVALID'],
});

test('what is no source is refused with a code', async () => {
  expect(() => agents.parse('')).toThrow('FB-USAGE');
  expect(() => agents.parse('mcp=stdio:npx server')).toThrow('FB-USAGE');
  await expect(agents.connect(agents.parse(join(folder, 'nothing')), signal)).rejects.toThrow('FB-SOURCE-UNREADABLE');
});

test('the address of a live server is shown without what may be secret in it', async () => {
  const session = await agents.connect(
    agents.parse(`mcp=https://u:${secrets[0]}@mcp.example.com/s/${secrets[3]}`),
    signal,
  );
  expect(agents.address?.(session)).toBe('https://mcp.example.com/s/~');
});
