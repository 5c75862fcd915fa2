/**
 * A tool that says no or fails, and is tried again and again within ten minutes: with other arguments each time (looking for the ones
 * that get through), or with the same ones (a loop that nobody stops). What an agent does usually is learned: one that works with
 * a shaky system retries a lot, and is measured by that.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { sha256Hex } from '../../../kernel/digest.ts';
import { addScore, isLearned, isRare, noScores, type Scores } from '../../agent/calibration.ts';
import { named } from '../../agent/call.ts';
import { agentDetector } from '../../agent/running.ts';
import { addTimed } from '../../agent/window.ts';

const span = 10 * 60_000;
const mostKept = 40;
const mostTools = 50;
/** Tries of other arguments after a refusal, and tries of any kind after a failure. */
const fewestVaried = 5;
const fewestSame = 10;

interface Try {
  readonly time: number;
  readonly event: NormalEvent;
  readonly given: string;
  readonly refused: boolean;
}
interface Conversation {
  /** By tool. */
  readonly tries: Map<string, Try[]>;
  highest: number;
  raised: boolean;
}
interface Agent {
  /** Of each conversation, the most tries of one tool. */
  readonly scores: Scores;
}

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/retry-storm',
    status: 'stable',
    severity: 'medium',
    title: 'An agent tries again and again what is refused or fails',
    techniques: ['asi.asi08', 'asi.asi02', 'atlas.aml.t0053'],
    explain: {
      what: 'Within ten minutes one tool was refused or failed many times, with other arguments each time or with the same, more often than in 99 of 100 earlier conversations.',
      why: 'Arguments that change after each refusal look for a way around a control. The same ones repeated cost money and hide what else happens.',
      next: 'Look at the arguments and at what was tried last: did one get through? Throttle or stop the conversation.',
    },
    falsePositives: [
      'A system that is down while many agents wait for it.',
      'A model that repairs its own mistakes, such as code until its tests pass.',
    ],
  },
  () => ({
    conversation: () => ({ tries: new Map(), highest: 0, raised: false }),
    agent: () => ({ scores: noScores() }),
    *call(call, { conversation, agent }): Generator<Detected> {
      const { tries } = conversation;
      const window = tries.get(call.tool) ?? [];
      const { outcome } = call.event;
      const given = sha256Hex(JSON.stringify(call.arguments)).slice(0, 16);
      if (outcome !== 'refused' && outcome !== 'failed') {
        tries.delete(call.tool);
        if (!isStorm(window) || window.length < 2) return;
        yield {
          group: `${call.conversation} ${call.tool} through`,
          events: [...window.slice(-19).map(({ event }) => event), call.event],
          count: window.length + 1,
          severity: 'high',
          note: `After ${window.length} tries that did not get through, ${named(call.tool, call.server)} did, with ${window.some((each) => each.given === given) ? 'arguments that it had before' : 'other arguments'}.`,
        };
        return;
      }
      addTimed(window, { time: call.time, event: call.event, given, refused: outcome === 'refused' }, span, mostKept);
      if (!tries.has(call.tool) && tries.size >= mostTools) return;
      tries.set(call.tool, window);
      conversation.highest = Math.max(conversation.highest, window.length);
      const isUsual = isLearned(agent.scores) && !isRare(agent.scores, window.length);
      if (!isStorm(window) || isUsual) return;
      conversation.raised = true;
      const refused = window.filter((each) => each.refused).length;
      const different = new Set(window.map((each) => each.given)).size;
      yield {
        group: `${call.conversation} ${call.tool}`,
        events: window.slice(-20).map(({ event }) => event),
        count: window.length,
        note: `${named(call.tool, call.server)} was tried ${window.length} times in ${Math.ceil((call.time - (window[0]?.time ?? call.time)) / 1000)} s with ${different} different arguments: ${refused} times refused, ${window.length - refused} times failed.`,
      };
    },
    end({ conversation, agent }) {
      addScore(agent.scores, conversation.highest, conversation.raised);
    },
  }),
  { conversations: 2000, agents: 500 },
);

function isStorm(window: readonly Try[]): boolean {
  const refused = window.filter((each) => each.refused);
  return new Set(refused.map(({ given }) => given)).size >= fewestVaried || window.length >= fewestSame;
}
