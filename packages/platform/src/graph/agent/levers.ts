/**
 * The single actions that make one edge of an agent disappear: changes of the agent's own files. What must stay true: a lever named here
 * makes the edge vanish from a fresh collect all by itself. A product whose files have no word for it, and a server that more than one
 * file names, get nothing offered.
 */
import { type Estate, type Lever, type LiveEdge, lever, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';
import { type Call, callsOf, toolsByServer } from './calls.ts';

/** Products whose files say of a server which of its tools are let through. */
const withToolLists: ReadonlySet<string> = new Set(['gemini-cli', 'windsurf', 'roo']);
/** Tools of an agent itself that the read-only mode takes away. */
const writing: ReadonlySet<string> = new Set(['shell', 'files', 'web']);

const callsByAgent: (estate: Estate) => ReadonlyMap<NodeId, readonly Call[]> = perEstate((estate) => {
  const calls = new Map<NodeId, Call[]>();
  for (const call of callsOf(estate)) append(calls, call.agent.id, call);
  return calls;
});

/** Takes a server away from an agent. */
export function detachServer(estate: Estate, agent: NodeId, server: NodeId): readonly Lever[] {
  const { home, servers = [] } = estate.get('agent.agent', agent)?.data ?? {};
  const { file, called } = servers.find((use) => use.server === server) ?? {};
  if (home === undefined || file === undefined || called === undefined) return [];
  return [lever('agents.detach-mcp-server', { home, agent, file, server: called })];
}

/** Leaves an agent every other tool that the server is known to have. */
function denyTool(estate: Estate, agent: NodeId, server: NodeId, tool: string): readonly Lever[] {
  const data = estate.get('agent.agent', agent)?.data;
  const use = data?.servers.find((each) => each.server === server);
  const file = data?.framework === 'claude-code' ? data.settings : use?.file;
  const hasWord = data?.framework === 'claude-code' || withToolLists.has(data?.framework ?? '');
  if (data?.home === undefined || use?.called === undefined || file === undefined || !hasWord) return [];
  const allow = (toolsByServer(estate).get(server) ?? []).map(({ name }) => name).filter((name) => name !== tool);
  return [lever('agents.allow-tools', { home: data.home, agent, file, server: use.called, allow, deny: [tool] })];
}

/** Lets an agent read and plan only. Sub-agents have tools of their own, and are not held by it. */
export function readOnly(estate: Estate, agent: NodeId): readonly Lever[] {
  const data = estate.get('agent.agent', agent)?.data;
  if (data?.home === undefined || data.settings === undefined || data.framework !== 'claude-code') return [];
  if (data.tools.some(({ does }) => !writing.has(does))) return [];
  const uses = new Map(data.servers.map((use) => [use.server, use.called]));
  const calls = callsByAgent(estate).get(agent) ?? [];
  const deny = new Set<string>();
  for (const { tool } of calls) {
    const called = uses.get(tool.holder);
    if (tool.readOnly || called === undefined) continue;
    deny.add(tool.fact === undefined ? `mcp__${called}` : `mcp__${called}__${tool.name}`);
  }
  const rules = [...deny].filter((rule) => /^mcp__[^\s(),*]{1,600}$/.test(rule)).sort();
  return [lever('agents.read-only', { home: data.home, agent, file: data.settings, deny: rules })];
}

export function callLevers({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const call = (callsByAgent(estate).get(from) ?? []).find(({ tool }) => tool.id === to);
  if (call === undefined) return [];
  const { tool, does } = call;
  if (tool.holder === from) return does !== undefined && writing.has(does) ? readOnly(estate, from) : [];
  const held = !tool.readOnly && isDenied(estate, from, tool.holder) ? readOnly(estate, from) : [];
  const single = tool.fact === undefined ? [] : denyTool(estate, from, tool.holder, tool.name);
  return [...detachServer(estate, from, tool.holder), ...single, ...held];
}

/** Whether read-only mode has a word for the server. */
function isDenied(estate: Estate, agent: NodeId, server: NodeId): boolean {
  const called = estate.get('agent.agent', agent)?.data.servers.find((use) => use.server === server)?.called;
  return called !== undefined && !/[\s(),*]/.test(called);
}
