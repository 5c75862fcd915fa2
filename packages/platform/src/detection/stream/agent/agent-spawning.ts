/** A conversation that starts other agents, or hands work to them, far more often than earlier ones: a loop, or somebody's errand. */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { addScore, isLearned, isRare, noScores, type Scores } from '../../agent/calibration.ts';
import { agentDetector } from '../../agent/running.ts';

/** Fewer is never remarkable; more always is. */
const [least, tooMany] = [5, 50];

interface Conversation {
  count: number;
  raised: boolean;
  events: NormalEvent[];
}

export default agentDetector<Conversation, { readonly scores: Scores }>(
  {
    id: 'agent/agent-spawning',
    status: 'stable',
    severity: 'medium',
    title: 'An agent starts far more agents than it ever does',
    techniques: ['asi.asi10', 'asi.asi08', 'asi.asi07'],
    explain: {
      what: 'In one conversation an agent started others, or handed work to them, more often than in 99 of 100 of its earlier conversations.',
      why: 'Each agent brings its own permissions and its own context, in which nobody sees what the first one was told.',
      next: 'Follow the conversations that were started. Stop those that do nothing for the user’s request, and set a limit in the task’s scope.',
    },
    falsePositives: ['A large piece of work that is divided for the first time.'],
  },
  () => ({
    conversation: () => ({ count: 0, raised: false, events: [] }),
    agent: () => ({ scores: noScores() }),
    *call(call, { conversation, agent }): Generator<Detected> {
      if (call.kind !== 'delegate') return;
      conversation.count += 1;
      if (conversation.events.length < 19) conversation.events.push(call.event);
      const known = agent.scores.values.length;
      const isUnusual = isLearned(agent.scores) && isRare(agent.scores, conversation.count);
      if (conversation.count < least || !(isUnusual || conversation.count === tooMany)) return;
      conversation.raised = true;
      yield {
        group: call.conversation,
        events: [...new Set([...conversation.events, call.event])],
        count: conversation.count,
        note: `${call.agentName} started other agents ${conversation.count} times in one conversation; ${!isLearned(agent.scores) ? 'what is usual is not known yet' : `of ${known} earlier conversations hardly any did so often`}.`,
      };
    },
    end({ conversation, agent }) {
      addScore(agent.scores, conversation.count, conversation.raised);
    },
  }),
);
