/**
 * What a step on an agent's configuration costs, in points of the scale that all levers share: some tools of one server (2), a server
 * (3), everything that writes (4); and the agent's people, who notice each of them.
 */
import type { Estate, Impact } from '@firebreak/contract';

export const fixedCost = { 'allow-tools': 2, 'detach-mcp-server': 3, 'read-only': 4 } as const;

/** One that answers at an address works for others; an agent in a checkout works for whoever has it open. */
export const weights = { checkout: 2, address: 4 } as const;

export function impactOf(lever: keyof typeof fixedCost, estate: Estate, agent: string, what: string): Impact {
  const known = estate.get('agent.agent', agent)?.data;
  const weight = known?.address === undefined ? weights.checkout : weights.address;
  const who = { kind: 'Agent', id: agent, name: known?.name ?? agent.slice(agent.indexOf('/') + 1) };
  return { cost: fixedCost[lever] + weight, interrupts: [{ who, what, weight }] };
}
