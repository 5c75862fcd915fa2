/**
 * Refusals of many different things: tools that an agent may not call, and resources that it may not touch. One thing refused many
 * times is a missing permission; many things refused once each is somebody who looks around.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { addScore, isLearned, isRare, noScores, type Scores } from '../../agent/calibration.ts';
import { type AgentCall, named } from '../../agent/call.ts';
import { roleOf } from '../../agent/destination.ts';
import { agentDetector } from '../../agent/running.ts';
import { addTimed } from '../../agent/window.ts';

const span = 30 * 60_000;
const mostKept = 60;
/** Different things refused: in one conversation, and in several of one agent. */
const fewestInOne = 4;
const fewestOfAgent = 8;

interface Refusal {
  readonly time: number;
  readonly event: NormalEvent;
  readonly thing: string;
  readonly tool: string;
}
interface Conversation {
  readonly refused: Refusal[];
  raised: boolean;
}
interface Agent {
  readonly refused: Refusal[];
  /** Of each conversation, how many different things were refused. */
  readonly scores: Scores;
  /** Calls of late, by when; one number a minute. */
  readonly calls: { time: number; count: number }[];
}

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/permission-probing',
    status: 'stable',
    severity: 'high',
    title: 'An agent is refused many different things',
    techniques: ['attack.t1087', 'attack.t1580', 'asi.asi03', 'asi.asi02', 'nhi.nhi5'],
    explain: {
      what: 'Within half an hour an agent was refused several different tools or resources, more than in 99 of 100 of its earlier conversations.',
      why: 'An agent at its work knows what it may use. One that was taken over must first find out.',
      next: 'Look at what was allowed between the refusals. Cut the agent’s credential to what its task needs.',
    },
    falsePositives: ['A permission that was taken away by mistake from an agent with many resources.'],
  },
  () => ({
    conversation: () => ({ refused: [], raised: false }),
    agent: () => ({ refused: [], scores: noScores(), calls: [] }),
    *call(call, { conversation, agent }): Generator<Detected> {
      const minute = Math.floor(call.time / 60_000) * 60_000;
      const now = agent.calls.find(({ time }) => time === minute);
      if (now === undefined) addTimed(agent.calls, { time: minute, count: 1 }, span, 31);
      else now.count += 1;
      if (call.event.outcome !== 'refused') return;
      const refusal = { time: call.time, event: call.event, thing: thingOf(call), tool: named(call.tool, call.server) };
      addTimed(conversation.refused, refusal, span, mostKept);
      addTimed(agent.refused, refusal, span, mostKept);
      const here = firsts(conversation.refused);
      const isUsual = isLearned(agent.scores) && !isRare(agent.scores, here.length);
      if (here.length >= fewestInOne && !isUsual) {
        conversation.raised = true;
        yield {
          group: call.conversation,
          events: here.slice(-20).map(({ event }) => event),
          count: conversation.refused.length,
          note: noteOf(here, 'in one conversation'),
        };
        return;
      }
      const all = firsts(agent.refused);
      const calls = agent.calls.reduce((sum, { count }) => sum + count, 0);
      const usual = agent.scores.values.reduce((sum, each) => sum + each, 0) / Math.max(1, agent.scores.values.length);
      if (all.length < fewestOfAgent || agent.refused.length < 0.5 * calls || usual >= 1) return;
      yield {
        group: `${call.agent} all`,
        events: all.slice(-20).map(({ event }) => event),
        count: agent.refused.length,
        note: noteOf(all, 'in several conversations, half of its calls and more'),
      };
    },
    end({ conversation, agent }) {
      addScore(agent.scores, firsts(conversation.refused).length, conversation.raised);
    },
  }),
);

/** A tool and what of it is meant; without any argument that names something, the tool. */
function thingOf(call: AgentCall): string {
  const names = call.arguments.filter((leaf) => roleOf(leaf) !== 'text' || leaf.text.length <= 64).slice(0, 3);
  return [call.tool, ...names.map(({ text }) => text.slice(0, 100))].join(' ');
}

function firsts(refused: readonly Refusal[]): readonly Refusal[] {
  const seen = new Set<string>();
  return refused.filter(({ thing }) => !seen.has(thing) && seen.add(thing));
}

function noteOf(refused: readonly Refusal[], where: string): string {
  const tools = [...new Set(refused.map(({ tool }) => tool))];
  const shown = tools.slice(0, 5).join(', ');
  return `${refused.length} different things were refused ${where}, of ${tools.length === 1 ? 'one tool' : `${tools.length} tools`}: ${shown}${tools.length > 5 ? ', …' : ''}.`;
}
