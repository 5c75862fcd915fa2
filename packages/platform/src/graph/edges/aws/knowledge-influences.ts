import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

/** Text that an agent reads is text that it may obey; whether it does is never certain. Ids of knowledge bases are AWS's own. */
export default {
  label: 'KNOWLEDGE_INFLUENCES',
  from: ['KnowledgeBase'],
  to: ['BedrockAgent'],
  needs: ['aws.bedrock-agent', 'aws.knowledge-base'],
  techniques: ['AML.T0051.001', 'AML.T0070'],
  traverse: 'hours',
  explain: {
    what: 'Tells the agent what to do by a document that it reads.',
    why: 'The agent answers from this knowledge base.',
    cut: 'Take the knowledge base from the agent, or put a guardrail between.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const byId = new Map(estate.all('aws.knowledge-base').map(({ id, data }) => [data.knowledgeBaseId, id]));
  for (const { id: to, data } of estate.all('aws.bedrock-agent'))
    for (const base of data.knowledgeBaseIds) {
      const from = byId.get(base);
      if (from === undefined) continue;
      const guarded = data.guardrailIdentifier !== undefined;
      yield {
        from,
        to,
        facts: [to, from],
        likelihood: guarded ? 0.2 : 0.4,
        ...(guarded ? { note: 'behind a guardrail' } : {}),
      };
    }
}
