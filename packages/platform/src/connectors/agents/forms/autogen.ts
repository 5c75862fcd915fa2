/**
 * AutoGen: component JSON (`provider`, `component_type`, `config`; agents inside teams at any depth), and the older list of model
 * configurations (`OAI_CONFIG_LIST`). Reference: microsoft.github.io/autogen, "Serializing components".
 */
import { array, field, record, textAt } from '../../../intake/foreign.ts';
import type { AgentDraft, AgentInMaking } from '../draft.ts';
import { agentId, type Place } from '../place.ts';
import type { Form } from './form.ts';
import { names, writtenServer } from './mcp-clients.ts';

const maxDepth = 12;

export const autoGen: Form = {
  name: 'AutoGen',
  read(value, place, draft) {
    const listed = Array.isArray(value) ? value : [value];
    if (/OAI_CONFIG_LIST/.test(place.path)) return readModels(listed, place, draft);
    let found = 0;
    for (const each of draft.upTo(500, listed, place)) found += readComponent(each, place, draft, 0).length;
    return found > 0;
  },
};

/** Every agent in a component, and in what it is made of; their ids. */
function readComponent(value: unknown, place: Place, draft: AgentDraft, depth: number): readonly string[] {
  const config = record(field(value, 'config'));
  if (config === undefined || textAt(value, 'provider') === undefined || depth > maxDepth) return [];
  const type = textAt(value, 'component_type');
  const inner = draft.upTo(200, array(config.participants), place);
  const members = inner.flatMap((each) => readComponent(each, place, draft, depth + 1));
  if (type !== 'agent') return members;
  const name = textAt(config, 'name') ?? 'agent';
  const id = agentId(place, name);
  const agent = draft.agent(id, place, name, 'autogen');
  readModel(config.model_client, agent, id, place, draft);
  if (textAt(config, 'system_message') !== undefined) agent.prompts.push(draft.prompt(place, place.path, name));
  const workbenches = [config.workbench].flat();
  const tools = [
    ...array(config.tools),
    ...workbenches.flatMap((each) => array(field(field(each, 'config'), 'tools'))),
  ];
  for (const tool of draft.upTo(500, tools, place)) {
    const [toolName] = names([textAt(tool, 'config', 'name') ?? textAt(tool, 'config', 'adapter', 'name')]);
    const code = /CodeExecut/.test(textAt(tool, 'provider') ?? '');
    if (toolName !== undefined)
      agent.tools.push({ name: toolName, does: code ? 'code' : 'function', approval: 'automatic' });
  }
  for (const workbench of workbenches) {
    const params = record(field(field(workbench, 'config'), 'server_params'));
    if (params !== undefined)
      draft.server(agent, place, `${name}-mcp`, writtenServer(params), { approval: 'automatic' });
  }
  if (field(config, 'code_executor') !== undefined && config.code_executor !== null)
    agent.tools.push({ name: 'code_executor', does: 'code', approval: 'automatic' });
  for (const handoff of array(config.handoffs)) {
    const [target] = names([typeof handoff === 'string' ? handoff : textAt(handoff, 'target')]);
    if (target !== undefined && target !== 'user') agent.delegates.push(agentId(place, target));
  }
  return [id, ...members];
}

function readModel(client: unknown, agent: AgentInMaking, id: string, place: Place, draft: AgentDraft): void {
  const config = record(field(client, 'config'));
  if (config === undefined) return;
  const [, word] = /(\w+?)(?:Chat|ChatCompletion|Completion)*Client$/.exec(textAt(client, 'provider') ?? '') ?? [];
  draft.model(agent, place, {
    provider: word,
    model: textAt(config, 'model'),
    address: textAt(config, 'base_url') ?? textAt(config, 'azure_endpoint'),
  });
  draft.holdAll(agent, id, place, 'environment', { api_key: config.api_key });
}

function readModels(listed: readonly unknown[], place: Place, draft: AgentDraft): boolean {
  const models = listed.filter((each) => textAt(each, 'model') !== undefined);
  if (models.length === 0) return false;
  const id = agentId(place, 'autogen');
  const agent = draft.agent(id, place, 'autogen', 'autogen');
  for (const each of draft.upTo(200, models, place)) {
    draft.model(agent, place, {
      provider: textAt(each, 'api_type') ?? 'openai',
      model: textAt(each, 'model'),
      address: textAt(each, 'base_url'),
    });
    draft.holdAll(agent, id, place, 'environment', { api_key: field(each, 'api_key') });
  }
  return true;
}
