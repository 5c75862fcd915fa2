/** A call that somebody turned down, or that still waited for a yes, and that ran all the same. */
import type { Detected } from '@firebreak/contract';
import { named } from '../../agent/call.ts';
import { agentDetector } from '../../agent/running.ts';

interface Conversation {
  readonly said: Set<string>;
}
const mostSaid = 50;

export default agentDetector<Conversation, Record<string, never>>(
  {
    id: 'agent/against-approval',
    status: 'stable',
    severity: 'high',
    title: 'An agent did what was not approved',
    techniques: ['asi.asi09', 'asi.asi02', 'asi.asi10', 'llm.llm06'],
    explain: {
      what: 'The log says that a person rejected a call of a tool, or had not answered yet, and the call was done.',
      why: 'Who is asked and not heeded controls nothing: the approval is a picture, or somebody has found a way around it.',
      next: 'Stop the agent. See what enforces the approval (the agent itself, its framework, the gateway) and whether the call took effect.',
    },
    falsePositives: ['A framework that writes its span before the answer comes, and never corrects it.'],
  },
  () => ({
    conversation: () => ({ said: new Set() }),
    agent: () => ({}),
    *call({ event, conversation: id, tool, server }, { conversation }): Generator<Detected> {
      const { approval, outcome } = event;
      if (outcome !== 'done' || (approval?.state !== 'rejected' && approval?.state !== 'pending')) return;
      const key = `${approval.state} ${tool}`;
      if (conversation.said.has(key) || conversation.said.size >= mostSaid) return;
      conversation.said.add(key);
      const who = approval.by === undefined ? '' : ` by ${approval.by}`;
      yield {
        group: `${id} ${key}`,
        events: [event],
        note: `${named(tool, server)} was done although it ${approval.state === 'rejected' ? `was rejected${who}` : 'waited for an approval'}.`,
      };
    },
  }),
);
