/**
 * Claude Code: `.claude/settings.json` and `settings.local.json` (permissions, hooks, environment), and its sub-agents
 * (`.claude/agents/*.md`, front matter). What its MCP servers are is in `.mcp.json`; what may be called there without asking is
 * said here, so the two are brought together at the end (`applyRules`). Reference: code.claude.com/docs/en/settings.
 */
import type { Approval } from '@firebreak/contract';
import { array, field, record, text, textAt } from '../../../intake/foreign.ts';
import type { AgentInMaking } from '../draft.ts';
import { agentId, projectAgentId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

/** Rules as written, gathered from all settings of a project until everything was read. */
export interface ClaudeRules {
  allow: string[];
  deny: string[];
  ask: string[];
  mode: string | undefined;
}
const rulesOf = new WeakMap<AgentInMaking, ClaudeRules>();

const tools = [
  { name: 'Bash', does: 'shell' },
  { name: 'Edit', does: 'files' },
  { name: 'WebFetch', does: 'web' },
] as const;

export const claudeCode: Form = {
  name: 'Claude Code settings',
  read(value, place, draft) {
    const isSettings = /(^|\/)\.claude\/settings(\.local)?\.json$/.test(place.path);
    const permissions = record(field(value, 'permissions'));
    if (!isSettings || record(value) === undefined) return false;
    const agent = draft.projectAgent(place, 'claude-code');
    const rules = rulesOf.get(agent) ?? { allow: [], deny: [], ask: [], mode: undefined };
    rulesOf.set(agent, rules);
    // What is shared by the project's people comes before what one of them keeps to themselves.
    if (agent.settings === undefined || place.path.endsWith('/settings.json')) agent.settings = place.locator;
    rules.allow.push(...names(array(permissions?.allow)));
    rules.deny.push(...names(array(permissions?.deny)));
    rules.ask.push(...names(array(permissions?.ask)));
    rules.mode = text(permissions?.defaultMode) ?? rules.mode;
    draft.holdAll(agent, projectAgentId(place, 'claude-code'), place, 'environment', record(field(value, 'env')) ?? {});
    const base = textAt(value, 'env', 'ANTHROPIC_BASE_URL');
    draft.model(agent, place, { provider: 'anthropic', model: textAt(value, 'model'), address: base });
    for (const [event, matchers] of Object.entries(record(field(value, 'hooks')) ?? {}))
      for (const matcher of array(matchers))
        for (const hook of array(field(matcher, 'hooks'))) addHook(agent, event, textAt(hook, 'command'));
    addHook(agent, 'apiKeyHelper', textAt(value, 'apiKeyHelper'));
    addHook(agent, 'statusLine', textAt(value, 'statusLine', 'command'));
    return true;
  },
};

/** Only the program: a command line may hold anything. */
function addHook(agent: AgentInMaking, event: string, command: string | undefined): void {
  const [program = ''] = (command ?? '').trim().split(/\s/, 1);
  const [name] = names([program.replace(/^.*[\\/]/, '').replaceAll(/["']/g, '')]);
  if (name !== undefined && names([event]).length === 1) agent.hooks.push({ event, program: name });
}

/** `.claude/agents/<name>.md`: front matter with `name`, `tools`, `model`; the text below is its prompt. */
export const claudeSubAgents: Form = {
  name: 'Claude Code sub-agents',
  read(value, place, draft) {
    const file = /(^|\/)\.claude\/agents\/[^/]+\.md$/;
    const name = textAt(value, 'name');
    if (!file.test(place.path) || name === undefined) return false;
    const parent = draft.projectAgent(place, 'claude-code');
    const id = agentId(place, name);
    const agent = draft.agent(id, place, name, 'claude-code');
    const listed = text(field(value, 'tools'))?.split(',') ?? array(field(value, 'tools'));
    const wanted = names(listed.map((each) => (typeof each === 'string' ? each.trim() : each)));
    // Without a list a sub-agent has everything that its parent has; what that is, is settled at the end.
    if (wanted.length === 0) agent.mode = 'inherits';
    for (const { name: tool, does } of tools)
      if (wanted.some((each) => each === tool || each.startsWith(`${tool}(`)))
        agent.tools.push({ name: tool, does, approval: 'asked' });
    agent.prompts.push(draft.prompt(place, place.path));
    const model = textAt(value, 'model');
    if (model !== undefined) draft.model(agent, place, { provider: 'anthropic', model });
    if (!parent.delegates.includes(id)) parent.delegates.push(id);
    return true;
  },
};

/** Settles what each Claude Code agent may do without asking, once all its files were read. */
export function applyRules(agent: AgentInMaking, nameOf: (server: string) => string | undefined): void {
  const rules = rulesOf.get(agent);
  if (agent.framework !== 'claude-code' || (rules === undefined && agent.tools.length > 0)) return;
  const { allow, deny, ask, mode } = rules ?? { allow: [], deny: [], ask: [], mode: undefined };
  if (mode !== undefined) agent.mode = mode;
  const free = mode === 'bypassPermissions';
  for (const { name, does } of tools) {
    if (deny.some((rule) => wholly(rule, name))) continue;
    const edits = mode === 'acceptEdits' && does === 'files';
    const automatic =
      (free || edits || allow.some((rule) => wholly(rule, name))) && !ask.some((rule) => wholly(rule, name));
    agent.tools.push({ name, does, approval: automatic ? 'automatic' : 'asked' });
  }
  agent.servers = agent.servers.flatMap((use) => {
    const server = `mcp__${nameOf(use.server) ?? ''}`;
    if (deny.some((rule) => rule === server || rule === `${server}__*`)) return [];
    const allowed = free || allow.some((rule) => rule === server || rule === `${server}__*`);
    const held = ask.some((rule) => rule === server || rule === `${server}__*`);
    const approval: Approval = allowed && !held ? 'automatic' : 'asked';
    const single = (list: readonly string[]) =>
      list.flatMap((rule) =>
        rule.startsWith(`${server}__`) && !rule.endsWith('*') ? [rule.slice(server.length + 2)] : [],
      );
    return [
      { ...use, approval, automatic: [...use.automatic, ...single(allow)], denied: [...use.denied, ...single(deny)] },
    ];
  });
}

/** `Bash` or `Bash(*)`: a rule about single commands frees or forbids no tool. */
function wholly(rule: string, tool: string): boolean {
  return rule === tool || rule === `${tool}(*)` || rule === `${tool}(:*)` || rule === '*';
}

/** Front matter of a Markdown file: what stands between its first two lines of dashes. */
export function frontMatter(text: string): string | undefined {
  const [, inside] = /^---\r?\n([\s\S]{0,65536}?)\r?\n---(?:\r?\n|$)/.exec(text) ?? [];
  return inside;
}
