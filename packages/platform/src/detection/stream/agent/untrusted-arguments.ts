/**
 * Arguments of a call with effects that somebody else wrote: an address, a recipient, a path or a command that stands in the middle of
 * a text that a tool brought in, and that the user did not say.
 *
 * Much of this is the agent's work: who answers mail writes to people that mails name. So the agent learns which flows are its work
 * (from which tool into which argument of which tool), by conversation, and those are quiet unless the text also talks to a model. Until
 * it knows its work, only texts that talk to a model count.
 * A text may come after the call that used it, because telemetry comes in any order: then the call is looked at again.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { type AgentCall, type AgentTurn, named } from '../../agent/call.ts';
import { type Role, roleOf } from '../../agent/destination.ts';
import { fewestForHabits, type Habits, isHabit, learnHabits, noHabits, timesOf } from '../../agent/habit.ts';
import type { Leaf } from '../../agent/leaves.ts';
import { agentDetector } from '../../agent/running.ts';
import { hasEffects } from '../../agent/tool-kind.ts';
import {
  addOwn,
  addUntrusted,
  distinctiveFrom,
  type FromElsewhere,
  mostlyFrom,
  noText,
  type UntrustedText,
} from '../../agent/untrusted-text.ts';

const mostWaiting = 20;
const mostAlarms = 5;

interface Waiting {
  readonly call: AgentCall;
  readonly leaf: Leaf;
}
interface Conversation {
  readonly text: UntrustedText;
  readonly events: Map<string, NormalEvent>;
  /** Arguments of effect that came from nowhere yet. */
  waiting: Waiting[];
  /** Whether they raised an alarm. */
  readonly flows: Map<string, boolean>;
  alarms: number;
}
export default agentDetector<Conversation, Habits>(
  {
    id: 'agent/untrusted-arguments',
    status: 'stable',
    severity: 'medium',
    title: 'An agent acts on words that a stranger wrote',
    techniques: ['atlas.aml.t0051.001', 'asi.asi01', 'asi.asi02', 'llm.llm01'],
    explain: {
      what: 'An address, a recipient, a path or a command of a call with effects stands in a text that a tool brought in, and not in what the user said.',
      why: 'Whoever can write where an agent reads (a page, a mail, a ticket) can so choose where it sends, what it runs and what it changes.',
      next: 'Read the text that is named. Does it tell the agent what to do? Did the user ask for that? If not, revoke what the call did, and find who wrote the text.',
    },
    falsePositives: [
      'An agent whose work is to act on texts that instruct, such as runbooks.',
      'Instrumentation that records tool calls but not what the user said: their words then look like nobody’s.',
    ],
  },
  () => ({
    conversation: () => ({ text: noText(), events: new Map(), waiting: [], flows: new Map(), alarms: 0 }),
    agent: noHabits,
    turn({ said, event, time }: AgentTurn, { conversation }) {
      for (const { role, text } of said) {
        if (role === 'user' || role === 'system') addOwn(conversation.text, text);
        else if (role === 'document') bring(conversation, [{ path: '', text }], 'retrieval', event, time);
      }
    },
    *call(call, { conversation, agent }): Generator<Detected> {
      const judged = hasEffects(call.kind)
        ? call.arguments.filter((leaf) => roleOf(leaf) !== 'text' || call.kind === 'memory' || call.kind === 'delegate')
        : call.arguments.filter((leaf) => roleOf(leaf) === 'command');
      for (const leaf of judged) {
        const from = fromElsewhere(conversation.text, leaf, call.time);
        if (from === undefined)
          conversation.waiting = [
            ...conversation.waiting.slice(1 - mostWaiting),
            { call: brief(call), leaf: cut(leaf) },
          ];
        else yield* judge({ call, leaf }, from, conversation, agent);
      }
      const brought = bring(conversation, call.result, named(call.tool, call.server), call.event, call.time);
      if (!brought) return;
      const late = conversation.waiting.filter((each) => each.call.time > call.time);
      for (const each of late) {
        const from = fromElsewhere(conversation.text, each.leaf, each.call.time);
        if (from === undefined) continue;
        conversation.waiting = conversation.waiting.filter((other) => other !== each);
        yield* judge(each, from, conversation, agent);
      }
    },
    end({ conversation, agent }) {
      learnHabits(agent, conversation.flows);
    },
  }),
  // Each conversation holds the words of what it read.
  { conversations: 1500, agents: 500 },
);

function bring(
  conversation: Conversation,
  leaves: readonly Leaf[],
  tool: string,
  event: NormalEvent,
  time: number,
): boolean {
  const origin = addUntrusted(conversation.text, leaves, { tool, event: event.id, time });
  if (origin !== undefined) conversation.events.set(event.id, event);
  return origin !== undefined;
}

function fromElsewhere(text: UntrustedText, leaf: Leaf, time: number): FromElsewhere | undefined {
  const role = roleOf(leaf);
  const exact = role === 'text' ? undefined : distinctiveFrom(text, leaf.text, time);
  return (
    exact ??
    (role === 'command'
      ? mostlyFrom(text, leaf.text, time, 3)
      : role === 'text'
        ? mostlyFrom(text, leaf.text, time, 8)
        : undefined)
  );
}

function* judge(
  { call, leaf }: Waiting,
  { origin, words }: FromElsewhere,
  conversation: Conversation,
  agent: Habits,
): Generator<Detected> {
  const flow = `${origin.tool} > ${call.tool} ${leaf.path}`.slice(0, 300);
  const isKnown = agent.conversations >= fewestForHabits;
  const isQuiet = origin.instruction === undefined && (!isKnown || isHabit(agent, flow));
  if (!conversation.flows.has(flow)) conversation.flows.set(flow, false);
  if (isQuiet || conversation.alarms >= mostAlarms) return;
  conversation.flows.set(flow, true);
  const times = timesOf(agent, flow);
  conversation.alarms += 1;
  const source = conversation.events.get(origin.event);
  const known =
    times === 0
      ? 'No earlier conversation had words go that way.'
      : `${times} of ${agent.conversations} earlier conversations had words go that way.`;
  const talks = origin.instruction === undefined ? '' : ` That text ${origin.instruction}.`;
  yield {
    group: `${call.conversation} ${flow}`,
    events: source === undefined || source.id === call.event.id ? [call.event] : [source, call.event],
    severity: origin.instruction === undefined ? 'medium' : 'high',
    note: `${named(call.tool, call.server)} was called with "${words}" as ${nounOf[roleOf(leaf)]} (${leaf.path || 'its argument'}). The user did not say that; it stands in what ${origin.tool} brought in.${talks} ${known}`,
  };
}

const nounOf: Readonly<Record<Role, string>> = {
  recipient: 'recipient',
  address: 'address',
  command: 'command',
  path: 'path',
  text: 'text',
};

/** What a call that waits must keep. */
function brief(call: AgentCall): AgentCall {
  return { ...call, arguments: [], result: [] };
}

function cut({ path, text }: Leaf): Leaf {
  return { path, text: text.slice(0, 1000) };
}
