/** What listens at the addresses that agents are set up with, where they lead to a service of the cluster. */
import { type Estate, type FactId, type NodeId, serverName } from '@firebreak/contract';
import type { EndpointView } from '../kubernetes/endpoints.ts';
import { endpointsByAddress } from '../litellm/addresses.ts';

export interface Listening {
  readonly id: NodeId;
  readonly endpoint: EndpointView;
  readonly fact: FactId;
}

/** Host and port of an address or a server's name, without the path that its clients add. */
export function serverOf(written: string): string {
  return (serverName(written) ?? written).replace(/\/.*$/, '');
}

export function* listening(estate: Estate): Generator<Listening> {
  const known = endpointsByAddress(estate);
  const all = [...estate.all('agent.model-endpoint'), ...estate.all('agent.mcp-server'), ...estate.all('agent.agent')];
  for (const { id, data } of all) {
    if (data.address === undefined) continue;
    for (const endpoint of known.get(serverOf(data.address)) ?? []) yield { id, endpoint, fact: id };
  }
}
