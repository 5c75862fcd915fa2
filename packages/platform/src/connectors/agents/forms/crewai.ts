/** CrewAI's `agents.yaml`: a map of agents with role, goal and backstory. `tasks.yaml` beside it says who works for whom. */
import { array, field, record, text, textAt } from '../../../intake/foreign.ts';
import { agentId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

export const crewAi: Form = {
  name: 'CrewAI',
  read(value, place, draft) {
    if (!/(^|[/_.-])agents\.ya?ml$/.test(place.path)) return false;
    const agents = Object.entries(record(value) ?? {}).filter(
      ([name, agent]) =>
        names([name]).length === 1 && textAt(agent, 'role') !== undefined && textAt(agent, 'goal') !== undefined,
    );
    const delegating: string[] = [];
    for (const [name, written] of draft.upTo(500, agents, place)) {
      const id = agentId(place, name);
      const agent = draft.agent(id, place, name, 'crewai');
      agent.prompts.push(draft.prompt(place, place.path, name));
      const { provider, model } = modelOf(text(field(written, 'llm')) ?? textAt(written, 'llm', 'model'));
      if (model !== undefined)
        draft.model(agent, place, { provider, model, address: textAt(written, 'llm', 'base_url') });
      for (const tool of names(array(field(written, 'tools'))))
        agent.tools.push({ name: tool, does: 'function', approval: 'automatic' });
      if (field(written, 'allow_code_execution') === true)
        agent.tools.push({ name: 'code_execution', does: 'code', approval: 'automatic' });
      if (field(written, 'allow_delegation') === true) delegating.push(id);
    }
    // Delegation is to every co-worker of the crew.
    const all = agents.map(([name]) => agentId(place, name));
    for (const id of delegating) {
      const agent = draft.get(id) as { delegates?: string[] } | undefined;
      agent?.delegates?.push(...all.filter((other) => other !== id));
    }
    return agents.length > 0;
  },
};

/** LiteLLM's spelling: `openai/gpt-4o`; a bare name is OpenAI's. */
function modelOf(written: string | undefined): { readonly provider?: string; readonly model?: string } {
  if (written === undefined || names([written]).length === 0) return {};
  const slash = written.indexOf('/');
  return slash < 0
    ? { provider: 'openai', model: written }
    : { provider: written.slice(0, slash), model: written.slice(slash + 1) };
}
