/**
 * What MCP clients keep about their servers: `mcpServers` (Claude Desktop, Claude Code, Cursor, Windsurf, Cline, Gemini CLI, …),
 * `servers` (VS Code), `context_servers` (Zed). Fields differ in name only.
 */
import type { Approval, FactTypes } from '@firebreak/contract';
import { array, at, type Foreign, field, record, text, textAt } from '../../../intake/foreign.ts';
import type { AgentDraft, AgentInMaking, WrittenServer } from '../draft.ts';
import type { Place } from '../place.ts';
import type { Form } from './form.ts';

export interface Product {
  readonly name: string;
  readonly file: RegExp;
  /** Where the servers are in the file. */
  readonly servers: readonly (readonly string[])[];
  /** Whether a person is asked before a call unless the file says otherwise. */
  readonly approval: Approval;
  /** The word in an entry that switches it off; where the product knows none, the entry must go. */
  readonly off?: 'disabled';
  /** How an entry says which tools are let through, or which are not. */
  readonly toolList?: 'includeTools' | 'disabledTools';
}
const usual = [['mcpServers']];
/** In the order in which they are tried. */
const products: readonly Product[] = [
  { name: 'claude-desktop', file: /(^|\/)claude_desktop_config\.json$/, servers: usual, approval: 'asked' },
  { name: 'claude-code', file: /(^|\/)(\.mcp|\.claude)\.json$/, servers: usual, approval: 'asked' },
  { name: 'cursor', file: /(^|\/)\.cursor\/mcp\.json$/, servers: usual, approval: 'asked' },
  {
    name: 'vscode',
    file: /(^|\/)\.vscode\/(mcp|settings)\.json$/,
    servers: [['servers'], ['mcp', 'servers'], ['mcpServers']],
    approval: 'asked',
  },
  {
    name: 'windsurf',
    file: /(^|\/)mcp_config\.json$/,
    servers: usual,
    approval: 'unknown',
    off: 'disabled',
    toolList: 'disabledTools',
  },
  { name: 'cline', file: /(^|\/)cline_mcp_settings\.json$/, servers: usual, approval: 'asked', off: 'disabled' },
  {
    name: 'roo',
    file: /(^|\/)\.roo\/mcp\.json$/,
    servers: usual,
    approval: 'asked',
    off: 'disabled',
    toolList: 'disabledTools',
  },
  {
    name: 'gemini-cli',
    file: /(^|\/)\.gemini\/settings\.json$/,
    servers: usual,
    approval: 'asked',
    toolList: 'includeTools',
  },
  { name: 'amazon-q', file: /(^|\/)\.amazonq\/mcp\.json$/, servers: usual, approval: 'asked', off: 'disabled' },
  { name: 'kiro', file: /(^|\/)\.kiro\/settings\/mcp\.json$/, servers: usual, approval: 'asked', off: 'disabled' },
  {
    name: 'zed',
    file: /(^|\/)(\.zed|zed)\/settings\.json$/,
    servers: [['context_servers']],
    approval: 'asked',
  },
];
const other: Product = {
  name: 'mcp-client',
  file: /(?:)/,
  servers: [['mcpServers'], ['context_servers'], ['mcp', 'servers']],
  approval: 'unknown',
};

/** Whose file it is, by its path. */
export function productOf(path: string): Product {
  return products.find(({ file }) => file.test(path)) ?? other;
}

/** Where a file names a server: once, or once for each project of it. */
export function entriesOf(value: unknown, product: Product, name: string): readonly (readonly string[])[] {
  const projects = product.name === 'claude-code' ? Object.keys(record(field(value, 'projects')) ?? {}) : [];
  return [...product.servers, ...projects.map((project) => ['projects', project, 'mcpServers'])]
    .map((path) => [...path, name])
    .filter((path) => Object.hasOwn(record(at(value, ...path.slice(0, -1))) ?? {}, name));
}

export const mcpClients: Form = {
  name: 'MCP client configuration',
  read(value, place, draft) {
    const product = productOf(place.path);
    const found = product.servers.map((path) => record(at(value, ...path))).find((each) => each !== undefined);
    const projects = product.name === 'claude-code' ? Object.entries(record(field(value, 'projects')) ?? {}) : [];
    const perProject = projects.flatMap(([, project]): Foreign[] => {
      const servers = record(field(project, 'mcpServers'));
      return servers === undefined ? [] : [servers];
    });
    if (found === undefined && perProject.length === 0) return false;
    const agent = draft.projectAgent(place, product.name);
    for (const servers of [...(found === undefined ? [] : [found]), ...perProject])
      readServers(servers, product, value, agent, place, draft);
    return true;
  },
};

function readServers(
  servers: Foreign,
  product: Product,
  value: unknown,
  agent: AgentInMaking,
  place: Place,
  draft: AgentDraft,
): void {
  const everything =
    field(value, 'chat.tools.autoApprove') === true || at(value, 'chat', 'tools', 'autoApprove') === true;
  const zedAutomatic = at(value, 'agent', 'always_allow_tool_actions') === true;
  for (const [name, written] of draft.upTo(2000, Object.entries(servers), place)) {
    const server = record(written);
    if (server === undefined || server.disabled === true || server.enabled === false) continue;
    const automatic = [...array(server.autoApprove), ...array(server.alwaysAllow), ...array(server.always_allow)];
    const isAutomatic = everything || zedAutomatic || server.trust === true || automatic.includes('*');
    draft.server(agent, place, name, writtenServer(server), {
      approval: isAutomatic ? 'automatic' : product.approval,
      automatic: names(automatic.filter((each) => each !== '*')),
      denied: names([...array(server.disabledTools), ...array(server.excludeTools)]),
      only: names(array(server.includeTools)),
      ...(names([name]).length === 1 ? { called: name, file: place.locator } : {}),
    });
  }
}

/** A server in the spelling of any client. */
export function writtenServer(server: Foreign): WrittenServer {
  // Zed writes `command: {path, args, env}`.
  const nested = record(server.command);
  const command = text(server.command) ?? textAt(nested, 'path');
  return {
    command,
    args: array(nested?.args ?? server.args),
    env: record(nested?.env ?? server.env) ?? {},
    url: textAt(server, 'url') ?? textAt(server, 'serverUrl') ?? textAt(server, 'httpUrl'),
    headers: record(server.headers) ?? record(at(server, 'requestInit', 'headers')) ?? {},
    transport: transportOf(text(server.type) ?? text(server.transport)),
  };
}

function transportOf(written: string | undefined): FactTypes['agent.mcp-server']['transport'] | undefined {
  const word = (written ?? '').toLowerCase().replaceAll(/[_-]/g, '');
  if (word === 'streamablehttp' || word === 'http' || word === 'https') return 'http';
  return (['stdio', 'sse', 'websocket'] as const).find((each) => each === word);
}

/** One line of text each; everything else is left out. */
export function names(values: readonly unknown[]): string[] {
  return values.filter(
    (value): value is string =>
      typeof value === 'string' && value !== '' && value.length <= 512 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value),
  );
}
