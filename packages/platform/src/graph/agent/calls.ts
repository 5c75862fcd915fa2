/**
 * What agents can call. A server whose tools were listed has a node for each; one that is known from a client's file only has
 * one node for all of them (`…/*`), because which ones there are is not known.
 */
import type { Approval, Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';

export type AgentFact = Fact<'agent.agent'>;
export type ServerFact = Fact<'agent.mcp-server'>;
export type ToolFact = Fact<'agent.tool'>;

export interface ToolView {
  readonly id: NodeId;
  readonly name: string;
  /** The server's, or the agent's for a tool of its own. */
  readonly holder: NodeId;
  readonly readOnly: boolean;
  readonly facts: readonly FactId[];
  readonly fact: ToolFact | undefined;
}

/** Tools by the id of their server. */
export const toolsByServer: (estate: Estate) => ReadonlyMap<NodeId, readonly ToolView[]> = perEstate((estate) => {
  const listed = new Map<NodeId, ToolView[]>();
  for (const fact of estate.all('agent.tool'))
    append(listed, fact.data.server, {
      id: fact.id,
      name: fact.data.name,
      holder: fact.data.server,
      readOnly: fact.data.readOnly === true && fact.data.destructive !== true,
      facts: [fact.id],
      fact,
    });
  for (const { id, data } of estate.all('agent.mcp-server'))
    if (!listed.has(id) && !data.listed) listed.set(id, [anyToolOf(id, data.name)]);
  return listed;
});

function anyToolOf(server: NodeId, name: string): ToolView {
  const id = `agent:Tool/${server.slice(server.indexOf('/') + 1)}/*`;
  return { id, name: `any tool of ${name}`, holder: server, readOnly: false, facts: [server], fact: undefined };
}

export interface Call {
  readonly agent: AgentFact;
  readonly tool: ToolView;
  readonly approval: Approval;
  /** Of its own, not of a server: what it does. */
  readonly does: AgentFact['data']['tools'][number]['does'] | undefined;
}

export const callsOf: (estate: Estate) => readonly Call[] = perEstate((estate) =>
  estate.all('agent.agent').flatMap((agent) => callsOfAgent(estate, agent)),
);

function callsOfAgent(estate: Estate, agent: AgentFact): readonly Call[] {
  const calls: Call[] = [];
  for (const { name, does, approval } of agent.data.tools) {
    const id = `agent:Tool/${agent.id.slice(agent.id.indexOf('/') + 1)}/${name}`;
    const tool = { id, name, holder: agent.id, readOnly: false, facts: [agent.id], fact: undefined };
    calls.push({ agent, tool, approval, does });
  }
  for (const use of agent.data.servers) {
    const only = new Set(use.only);
    const denied = new Set(use.denied);
    const automatic = new Set(use.automatic);
    for (const tool of toolsByServer(estate).get(use.server) ?? []) {
      const known = tool.fact !== undefined;
      if (known && (denied.has(tool.name) || (only.size > 0 && !only.has(tool.name)))) continue;
      // Of a server whose tools are not known, some run without asking where the file names any.
      const free = known ? automatic.has(tool.name) : automatic.size > 0;
      calls.push({ agent, tool, approval: free ? 'automatic' : use.approval, does: undefined });
    }
  }
  return calls;
}

/** How easily somebody who steers the agent runs code with its environment; undefined where it has no tool for that. */
export const codeApproval: (estate: Estate) => ReadonlyMap<NodeId, Approval> = perEstate((estate) => {
  const best = new Map<NodeId, Approval>();
  const rank: readonly Approval[] = ['asked', 'unknown', 'automatic'];
  for (const { id, data } of estate.all('agent.agent'))
    for (const { does, approval } of data.tools) {
      if (does !== 'shell' && does !== 'code') continue;
      const known = best.get(id);
      if (known === undefined || rank.indexOf(approval) > rank.indexOf(known)) best.set(id, approval);
    }
  return best;
});
