/**
 * Data that tools brought goes out to a place where this agent never sent anything. Agents that write to strangers every day have new
 * destinations every day: what is compared is how much of what was read goes to a new one, with earlier conversations. Where the
 * destination is a mail address its domain is what is new or not.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { addScore, fewestKnown, isLearned, isRare, noScores, type Scores } from '../../agent/calibration.ts';
import { type AgentCall, named } from '../../agent/call.ts';
import { destinationsOf, isOutbound, ownerOf } from '../../agent/destination.ts';
import { agentDetector } from '../../agent/running.ts';
import { formsOf, wordsIn } from '../../agent/untrusted-text.ts';

/** Words of results in the arguments; shorter ones are everybody's. */
const fewestWords = 4;
const shortest = 6;
const most = { words: 4000, destinations: 2000 };

interface Conversation {
  /** Words that tools brought, and which event did. */
  readonly words: Map<string, string>;
  readonly own: Set<string>;
  readonly events: Map<string, NormalEvent>;
  readonly destinations: Set<string>;
  highest: number;
  raised: boolean;
}
interface Agent {
  readonly known: Set<string>;
  /** Of each conversation, how many words of results went to a new destination. */
  readonly scores: Scores;
}

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/new-destination',
    status: 'stable',
    severity: 'high',
    title: 'An agent carries data to where it never sent anything',
    techniques: ['attack.t1567', 'atlas.aml.t0086', 'asi.asi02', 'llm.llm02'],
    explain: {
      what: 'A call to a host or recipient that this agent never used carried words that tools had brought in the same conversation, more than in 99 of 100 earlier conversations.',
      why: 'Reading and sending are both allowed; reading here and sending there is how data leaves through an agent.',
      next: 'See what was carried and who is behind the destination. Deny it at the gateway or the network, then look for it in other conversations.',
    },
    falsePositives: ['The first use of a new partner, supplier or channel.'],
  },
  () => ({
    conversation: () => ({
      words: new Map(),
      own: new Set(),
      events: new Map(),
      destinations: new Set(),
      highest: 0,
      raised: false,
    }),
    agent: () => ({ known: new Set(), scores: noScores() }),
    turn({ said }, { conversation }) {
      for (const { role, text } of said)
        if (role === 'user')
          for (const word of wordsIn(text.slice(0, 16_384)))
            if (conversation.own.size < most.words) conversation.own.add(word);
    },
    *call(call, { conversation, agent }): Generator<Detected> {
      if (isOutbound(call)) yield* judge(call, conversation, agent);
      for (const { text } of call.result)
        for (const word of wordsIn(text)) {
          if (word.length < shortest || conversation.words.size >= most.words || conversation.words.has(word)) continue;
          conversation.words.set(word, call.event.id);
          conversation.events.set(call.event.id, call.event);
        }
    },
    end({ conversation, agent }) {
      addScore(agent.scores, conversation.highest, conversation.raised);
      if (conversation.raised) return;
      for (const destination of conversation.destinations) {
        agent.known.delete(destination);
        agent.known.add(destination);
      }
      for (const oldest of agent.known) {
        if (agent.known.size <= most.destinations) break;
        agent.known.delete(oldest);
      }
    },
    lacks: ({ scores }, name) =>
      isLearned(scores)
        ? undefined
        : `${name}: ${scores.values.length} of ${fewestKnown} conversations that are needed to know where it sends.`,
  }),
  { conversations: 1500, agents: 500 },
);

function* judge(call: AgentCall, conversation: Conversation, agent: Agent): Generator<Detected> {
  const destinations = destinationsOf(call).map(ownerOf);
  const fresh = destinations.filter((each) => !agent.known.has(each));
  for (const each of destinations) if (conversation.destinations.size < 100) conversation.destinations.add(each);
  if (fresh.length === 0) return;
  const carried = new Set<string>();
  for (const { text } of call.arguments)
    for (const form of formsOf(text))
      for (const word of wordsIn(form))
        if (
          conversation.words.has(word) &&
          !conversation.own.has(word) &&
          !destinations.some((each) => word.includes(each))
        )
          carried.add(word);
  conversation.highest = Math.max(conversation.highest, carried.size);
  const known = agent.scores.values.length;
  if (carried.size < fewestWords || !isLearned(agent.scores) || !isRare(agent.scores, carried.size)) return;
  conversation.raised = true;
  const sources = [...new Set([...carried].map((word) => conversation.words.get(word)))].flatMap(
    (id) => conversation.events.get(id ?? '') ?? [],
  );
  yield {
    group: `${call.conversation} ${fresh[0]}`,
    events: [...sources.slice(0, 10), call.event],
    note: `${named(call.tool, call.server)} carries ${carried.size} words that tools brought in this conversation to ${fresh.slice(0, 3).join(', ')}. In ${known} earlier conversations ${call.agentName} sent nothing there.`,
  };
}
