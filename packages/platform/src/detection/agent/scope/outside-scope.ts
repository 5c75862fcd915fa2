/** Calls that no scope allows. Agents that no scope is written for are named as such, and never counted as inside. */
import type { Detected, StreamDetector } from '@firebreak/contract';
import { named } from '../call.ts';
import { agentDetector } from '../running.ts';
import { judgeCall, type Used } from './judge-call.ts';
import type { ScopeProblem } from './read-scope.ts';
import type { TaskScope } from './task-scope.ts';

interface Conversation {
  readonly used: Map<string, Used>;
  /** What was said already: once a conversation for each reason. */
  readonly said: Set<string>;
}
interface Agent {
  inside: number;
  outside: number;
  without: number;
}

const mostSaid = 50;

/** @param problems scopes that were refused: what they allow and deny is not known, and the detector's page says so */
export function outsideScope(scopes: readonly TaskScope[], problems: readonly ScopeProblem[] = []): StreamDetector {
  return agentDetector<Conversation, Agent>(
    {
      id: 'agent/outside-scope',
      status: 'stable',
      severity: 'high',
      title: 'An agent does what its task does not allow',
      techniques: ['asi.asi02', 'asi.asi03', 'nhi.nhi5', 'llm.llm06'],
      explain: {
        what: 'A call is not covered by any permission of the scopes written for this agent and task, or is denied by one.',
        why: 'A scope is what people approved. What goes beyond it was approved by nobody, whatever the credential permits.',
        next: 'If the task needs it, somebody adds it to the scope. If not, stop the agent and cut its credential to the scope.',
      },
      falsePositives: [
        'A scope that was not kept up with the task. Try it on recorded events: `firebreak tasks check --events`.',
      ],
    },
    () => ({
      conversation: () => ({ used: new Map(), said: new Set() }),
      agent: () => ({ inside: 0, outside: 0, without: 0 }),
      *call(call, { conversation, agent }): Generator<Detected> {
        const judgement = judgeCall(scopes, call, conversation.used);
        if (judgement.is === 'no scope') agent.without += 1;
        else if (judgement.is === 'inside') agent.inside += 1;
        else {
          agent.outside += 1;
          const reason = `${judgement.where} ${call.tool}`;
          if (conversation.said.has(reason) || conversation.said.size >= mostSaid) return;
          conversation.said.add(reason);
          const refused = call.event.outcome === 'refused';
          yield {
            group: `${call.conversation} ${reason}`,
            events: [call.event],
            ...(refused ? { severity: 'medium' as const } : {}),
            note: `${named(call.tool, call.server)} is outside of the scope "${judgement.scope}" (${judgement.where}): ${judgement.why}.${refused ? ' It was refused.' : ''}`,
          };
        }
      },
      tells: problems.map(({ file, line, reason }) => `${file}:${line} is refused: ${reason}`),
      lacks: ({ without }, name) =>
        without === 0
          ? undefined
          : `${name}: no scope is written for ${without} of its calls; whether they were meant is unknown.`,
    }),
  );
}
