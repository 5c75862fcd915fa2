/**
 * OpenAI: assistants as the API gives them (`object: assistant`, alone or in a list), and agents in the form of the Responses
 * and Agents interfaces (`model`, `instructions`, `tools` with a type). Reference: platform.openai.com/docs/api-reference.
 */
import { array, at, field, record, text, textAt } from '../../../intake/foreign.ts';
import type { AgentDraft, AgentInMaking } from '../draft.ts';
import { agentId, type Place } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

const own = {
  code_interpreter: 'code',
  local_shell: 'shell',
  shell: 'shell',
  computer_use_preview: 'shell',
  computer: 'shell',
  file_search: 'retrieval',
  web_search: 'web',
  web_search_preview: 'web',
  function: 'function',
} as const;

export const openAi: Form = {
  name: 'OpenAI assistants and agents',
  read(value, place, draft) {
    const listed =
      textAt(value, 'object') === 'list' ? array(field(value, 'data')) : Array.isArray(value) ? value : [value];
    const agents = listed.filter(isAgent);
    for (const agent of agents) readAgent(agent, place, draft);
    return agents.length > 0;
  },
};

function isAgent(value: unknown): boolean {
  if (record(value) === undefined || textAt(value, 'model') === undefined) return false;
  if (textAt(value, 'object') === 'assistant') return true;
  const tools = array(field(value, 'tools'));
  return (
    textAt(value, 'instructions') !== undefined &&
    (tools.length === 0 || tools.some((tool) => textAt(tool, 'type') !== undefined))
  );
}

function readAgent(value: unknown, place: Place, draft: AgentDraft): void {
  const name = textAt(value, 'id') ?? textAt(value, 'name') ?? 'agent';
  // The API's own id is unique wherever it is written.
  const id = /^asst_\w{8,64}$/.test(name) ? `agent:Agent/openai/${name}` : agentId(place, name);
  const agent = draft.agent(id, place, textAt(value, 'name') ?? name, 'openai');
  draft.model(agent, place, { provider: 'openai', model: textAt(value, 'model') });
  if (textAt(value, 'instructions') !== undefined) agent.prompts.push(draft.prompt(place, place.path, name));
  for (const tool of draft.upTo(500, array(field(value, 'tools')), place)) readTool(tool, agent, place, draft);
  for (const resource of [at(value, 'tool_resources', 'file_search'), ...array(field(value, 'tools'))])
    for (const store of names(array(field(resource, 'vector_store_ids')))) agent.retrieves.push(`openai:${store}`);
  for (const handoff of names(array(field(value, 'handoffs')))) agent.delegates.push(agentId(place, handoff));
}

function readTool(tool: unknown, agent: AgentInMaking, place: Place, draft: AgentDraft): void {
  const type = textAt(tool, 'type') ?? '';
  if (type === 'mcp') {
    const allowed = field(tool, 'allowed_tools');
    const approval = field(tool, 'require_approval');
    const never = names(array(at(approval, 'never', 'tool_names')));
    const token = text(field(tool, 'authorization'));
    draft.server(
      agent,
      place,
      textAt(tool, 'server_label') ?? 'mcp',
      {
        url: textAt(tool, 'server_url'),
        headers: { ...record(field(tool, 'headers')), ...(token === undefined ? {} : { authorization: token }) },
      },
      {
        // The documented default is to ask.
        approval: approval === 'never' ? 'automatic' : 'asked',
        automatic: never,
        only: names(array(Array.isArray(allowed) ? allowed : field(allowed, 'tool_names'))),
      },
    );
    return;
  }
  const does = Object.hasOwn(own, type) ? own[type as keyof typeof own] : undefined;
  const [name = type] = names([textAt(tool, 'function', 'name') ?? textAt(tool, 'name')]);
  if (does !== undefined) agent.tools.push({ name, does, approval: 'automatic' });
}
