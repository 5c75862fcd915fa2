/** Agent cards of the A2A protocol (`/.well-known/agent-card.json`): what an agent says of itself to others. */

import { serverName } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../../intake/foreign.ts';
import { openAddress } from '../../../intake/open-address.ts';
import { agentId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

export const a2a: Form = {
  name: 'A2A agent card',
  read(value, place, draft) {
    const name = textAt(value, 'name');
    const written = textAt(value, 'url') ?? textAt(array(field(value, 'supportedInterfaces'))[0], 'url');
    const isCard = Array.isArray(field(value, 'skills')) && record(field(value, 'capabilities')) !== undefined;
    if (name === undefined || !isCard) return false;
    const address = written === undefined ? undefined : openAddress(written)?.address;
    const server = address === undefined ? undefined : serverName(address);
    // Whoever hands work to it knows its address: that is its name for all.
    const id = server === undefined ? agentId(place, name) : `agent:Agent/${server}`;
    const agent = draft.agent(id, place, name, 'a2a');
    if (address !== undefined) agent.address = address;
    const [owner] = names([at(value, 'provider', 'organization')]);
    if (owner !== undefined) agent.owner = owner;
    const [version] = names([textAt(value, 'protocolVersion')]);
    if (version !== undefined) agent.mode = `protocol ${version}`.slice(0, 64);
    for (const skill of draft.upTo(500, array(field(value, 'skills')), place)) {
      const [skillName] = names([textAt(skill, 'name') ?? textAt(skill, 'id')]);
      if (skillName !== undefined) agent.tools.push({ name: skillName, does: 'function', approval: 'unknown' });
    }
    return true;
  },
};
