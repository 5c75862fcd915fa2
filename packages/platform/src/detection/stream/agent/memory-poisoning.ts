/**
 * Something that a stranger wrote goes into an agent's memory. What is remembered is read again in every later conversation, with the
 * authority of the agent's own notes, so one page can steer it for weeks.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { named } from '../../agent/call.ts';
import { instructionIn } from '../../agent/instruction.ts';
import { agentDetector } from '../../agent/running.ts';
import { addOwn, addUntrusted, mostlyFrom, noText, type UntrustedText } from '../../agent/untrusted-text.ts';

const lasting =
  /\b(?:from now on|always|every time|whenever|in (?:the )?future|all future|permanently|going forward)\b/i;
const fewestWords = 6;

interface Conversation {
  readonly text: UntrustedText;
  readonly events: Map<string, NormalEvent>;
}

export default agentDetector<Conversation, null>(
  {
    id: 'agent/memory-poisoning',
    status: 'stable',
    severity: 'high',
    title: 'A stranger’s instructions were written into an agent’s memory',
    techniques: ['atlas.aml.t0080', 'asi.asi06', 'llm.llm04'],
    explain: {
      what: 'A call that writes an agent’s memory carried words that a tool had brought in and that read like instructions, or are meant to last.',
      why: 'Memory outlives the conversation: the same words come back in later ones as if the agent had always known them.',
      next: 'Remove the entry and those written with it. Look at conversations that read it since.',
    },
    falsePositives: ['An agent that keeps what documents say about procedures, word for word.'],
  },
  () => ({
    conversation: () => ({ text: noText(), events: new Map() }),
    agent: () => null,
    turn({ said, event, time }, { conversation }) {
      for (const { role, text } of said)
        if (role === 'user' || role === 'system') addOwn(conversation.text, text);
        else if (
          role === 'document' &&
          addUntrusted(conversation.text, [{ path: '', text }], { tool: 'retrieval', event: event.id, time })
        )
          conversation.events.set(event.id, event);
    },
    *call(call, { conversation }): Generator<Detected> {
      const { text, events } = conversation;
      if (call.kind === 'memory')
        for (const leaf of call.arguments) {
          const from = mostlyFrom(text, leaf.text, call.time, fewestWords);
          const talks = instructionIn(leaf.text) ?? from?.origin.instruction;
          if (from === undefined || (talks === undefined && !lasting.test(leaf.text))) continue;
          const source = events.get(from.origin.event);
          yield {
            group: `${call.conversation} ${call.tool} ${from.words}`,
            events: source === undefined ? [call.event] : [source, call.event],
            note: `${named(call.tool, call.server)} keeps "${from.words}", which ${from.origin.tool} had brought in and the user did not say.${talks === undefined ? ' It is meant to last.' : ` That text ${talks}.`}`,
          };
          break;
        }
      const origin = { tool: named(call.tool, call.server), event: call.event.id, time: call.time };
      if (call.kind !== 'memory' && addUntrusted(text, call.result, origin)) events.set(call.event.id, call.event);
    },
  }),
  { conversations: 1500, agents: 500 },
);
