/**
 * What an agent does with its files, before, after and after undo. The agent of this test is none of ours: it reads the file as its product
 * documents it, starts the servers that it finds by the official SDK, and calls what it may.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import agents from '../index.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const program = new URL('../testing/tracker-server.case.ts', import.meta.url).pathname;
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firebreak-agent-'));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Written {
  readonly command: string;
  readonly args: readonly string[];
  readonly disabled?: boolean;
  readonly includeTools?: readonly string[];
  readonly disabledTools?: readonly string[];
}
interface Settings {
  readonly permissions?: { readonly deny?: readonly string[] };
}

function write(file: string, value: object): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${JSON.stringify(value, null, 2)}\n`);
}
const read = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), 'utf8')) as T;

/** Calls `close` of every server that the file gives, as far as file and settings let it. What it got done is in the file `done`. */
async function attack(file: string): Promise<number> {
  const before = closed();
  const { mcpServers = {} } = read<{ mcpServers?: Record<string, Written> }>(file);
  const deny = existsSync(join(root, '.claude/settings.json'))
    ? (read<Settings>('.claude/settings.json').permissions?.deny ?? [])
    : [];
  for (const [name, server] of Object.entries(mcpServers)) {
    if (server.disabled === true || deny.includes(`mcp__${name}`) || deny.includes(`mcp__${name}__close`)) continue;
    if (server.disabledTools?.includes('close') === true || server.includeTools?.includes('close') === false) continue;
    const client = new Client({ name: 'agent', version: '1' });
    await client.connect(new StdioClientTransport({ command: server.command, args: [...server.args] }));
    await client.callTool({ name: 'close', arguments: {} });
    await client.close();
  }
  return closed() - before;
}
const done = () => join(root, 'done');
const closed = () => (existsSync(done()) ? readFileSync(done(), 'utf8').split('\n').length - 1 : 0);
const server = () => ({ command: process.execPath, args: [program, done()], env: { TRACKER_TOKEN: 'hunter2hunter2' } });

const of = (file: string, product: string) => ({
  home: basename(root),
  agent: `agent:Agent/${basename(root)}/${product}`,
  file,
});
const detach = (file: string, product: string) => ({
  action: 'detach-mcp-server',
  params: { ...of(file, product), server: 'tracker' },
});
const allow = (file: string, product: string) => ({
  action: 'allow-tools',
  params: { ...of(file, product), server: 'tracker', allow: ['search'], deny: ['close'] },
});

test.each([
  ['.mcp.json', () => detach('.mcp.json', 'claude-code')],
  ['.mcp.json', () => allow('.claude/settings.json', 'claude-code')],
  [
    '.mcp.json',
    () => ({ action: 'read-only', params: { ...of('.claude/settings.json', 'claude-code'), deny: ['mcp__tracker'] } }),
  ],
  ['.cursor/mcp.json', () => detach('.cursor/mcp.json', 'cursor')],
  ['.roo/mcp.json', () => detach('.roo/mcp.json', 'roo')],
  ['.roo/mcp.json', () => allow('.roo/mcp.json', 'roo')],
  ['.kiro/settings/mcp.json', () => detach('.kiro/settings/mcp.json', 'kiro')],
  ['.gemini/settings.json', () => allow('.gemini/settings.json', 'gemini-cli')],
])(
  '%s: the agent acts before, not after, and again after undo',
  async (file, lever) => {
    write(file, { mcpServers: { tracker: server() } });
    write('.claude/settings.json', { permissions: { allow: ['mcp__tracker', 'Bash'], deny: ['Read(./.env)'] } });
    const start = [file, '.claude/settings.json'].map((each) => readFileSync(join(root, each), 'utf8'));
    const { action: name, params } = lever();
    const action = actions.find(({ id }) => id === `agents.${name}`);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${name}`);
    const attempt = { session: await agents.connect(agents.parse(root), signal), signal, key: 'test' };
    const parsed: unknown = action.params.parse(params);

    expect(await attack(file)).toBe(1);
    const before = await action.read(attempt, parsed);
    expect(await action.apply(attempt, parsed, before.record)).toEqual({ outcome: 'done' });
    expect(await attack(file)).toBe(0);
    const results = await action.probe(attempt, parsed, before);
    expect(
      results.map(({ result }) => result),
      JSON.stringify(results),
    ).toEqual(['holds', 'cannot-tell']);
    expect(await action.reversal.restore(attempt, parsed, before.record)).toEqual({ outcome: 'done' });
    expect(await attack(file)).toBe(1);
    expect([file, '.claude/settings.json'].map((each) => readFileSync(join(root, each), 'utf8'))).toEqual(start);
  },
  60_000,
);

test('every action is in its own file and is named like it; what it needs is said', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `agents.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  for (const id of files) expect(agents.permissions([id])).toContain('writing the files');
});
