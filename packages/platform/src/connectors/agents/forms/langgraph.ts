/** LangGraph's `langgraph.json`: graphs by name, their environment, their store. Reference: docs.langchain.com, langgraph CLI. */
import { at, field, record, text, textAt } from '../../../intake/foreign.ts';
import { agentId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

export const langGraph: Form = {
  name: 'LangGraph',
  read(value, place, draft) {
    const graphs = record(field(value, 'graphs'));
    if (graphs === undefined || !/(^|\/)langgraph[\w.-]*\.json$/.test(place.path)) return false;
    const environment = field(value, 'env');
    const embedding = textAt(value, 'store', 'index', 'embed');
    for (const [name, graph] of draft.upTo(500, Object.entries(graphs), place)) {
      const path = text(graph) ?? textAt(graph, 'path');
      if (path === undefined || names([name]).length === 0) continue;
      const id = agentId(place, name);
      const agent = draft.agent(id, place, name, 'langgraph');
      draft.holdAll(agent, id, place, 'environment', record(environment) ?? {});
      const [file] = names([text(environment)]);
      if (file !== undefined) {
        const credential = `agent:Credential/${id.slice('agent:Agent/'.length)}/${file}`;
        draft.fact(credential, 'agent.credential', place, {
          holder: id,
          name: file,
          place: 'file',
          inFile: false,
          from: `file:${file}`,
          marks: [],
        });
        agent.credentials.push(credential);
      }
      // `openai:text-embedding-3-small`
      const [, provider, model] = /^([a-z][\w-]{0,40}):([\w./-]{1,200})$/.exec(embedding ?? '') ?? [];
      if (provider !== undefined) draft.model(agent, place, { provider, model });
      const description = text(at(graph, 'description'));
      if (description !== undefined && names([description]).length === 1) agent.description = description;
    }
    return true;
  },
};
