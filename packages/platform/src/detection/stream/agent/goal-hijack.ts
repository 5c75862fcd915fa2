/**
 * Right after a text came in that talks to a model, the agent does something that its work does not have: a call with effects, by a
 * tool that hardly any earlier conversation of the task used, or one that the text itself names. Neither alone is an alarm: texts give
 * orders all day, and agents do new things.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { type AgentCall, named } from '../../agent/call.ts';
import type { Leaf } from '../../agent/leaves.ts';
import { agentDetector } from '../../agent/running.ts';
import { hasEffects } from '../../agent/tool-kind.ts';
import { instructionOf } from '../../agent/untrusted-text.ts';

/** Calls after the text that are looked at. */
const after = 4;
const rare = 0.02;
const fewest = 50;
const most = { tasks: 50, tools: 500, named: 30 };

interface Brought {
  readonly by: string;
  readonly says: string;
  readonly event: NormalEvent;
  readonly time: number;
  /** Words of the text that look like names of tools. */
  readonly names: readonly string[];
  left: number;
}
interface Conversation {
  readonly tools: Map<string, Set<string>>;
  brought: Brought[];
}
interface Usual {
  conversations: number;
  /** In how many of them. */
  readonly tools: Map<string, number>;
}
type Agent = Map<string, Usual>;

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/goal-hijack',
    status: 'stable',
    severity: 'high',
    title: 'After reading a stranger’s instructions an agent does something else',
    techniques: ['atlas.aml.t0051.001', 'asi.asi01', 'llm.llm01'],
    explain: {
      what: 'A tool brought in a text that talks to a model, and within the next few calls the agent used a tool with effects that its task does not use, or that the text names.',
      why: 'That is what an indirect injection looks like from outside when it succeeds.',
      next: 'Stop the conversation. Undo the call that is named. Remove the text from where it was read, and look for who else read it.',
    },
    falsePositives: ['Documents about tools and agents, read by an agent that works on them.'],
  },
  () => ({
    conversation: () => ({ tools: new Map(), brought: [] }),
    agent: () => new Map(),
    turn({ said, event, time }, { conversation }) {
      for (const { role, text } of said)
        if (role === 'document') bring(conversation, 'retrieval', [{ path: '', text }], event, time);
    },
    *call(call, { conversation, agent }): Generator<Detected> {
      const task = call.task ?? '';
      const used = conversation.tools.get(task) ?? new Set<string>();
      const before = [...conversation.tools.values()].some((tools) => tools.has(call.tool));
      if (conversation.tools.size < most.tasks) conversation.tools.set(task, used);
      if (used.size < most.tools) used.add(call.tool);
      const reached = conversation.brought.filter(({ time }) => time < call.time);
      const usual = agent.get(task);
      const [shown, times] = [usual?.conversations ?? 0, usual?.tools.get(call.tool) ?? 0];
      if (hasEffects(call.kind) || call.kind === 'secret')
        for (const each of reached) {
          const isNamed = each.names.includes(call.tool.toLowerCase());
          const isRare = shown >= fewest && times < rare * shown;
          if (before || !(isRare || (isNamed && (shown < fewest || times < 0.5 * shown)))) continue;
          yield detected(call, each, isNamed, shown, times);
          break;
        }
      for (const each of reached) each.left -= 1;
      conversation.brought = conversation.brought.filter(({ left }) => left > 0);
      bring(conversation, named(call.tool, call.server), call.result, call.event, call.time);
    },
    end({ conversation, agent }) {
      for (const [task, tools] of conversation.tools) {
        const usual = agent.get(task) ?? { conversations: 0, tools: new Map<string, number>() };
        if (!agent.has(task) && agent.size >= most.tasks) continue;
        agent.set(task, usual);
        usual.conversations += 1;
        for (const tool of tools)
          if (usual.tools.has(tool) || usual.tools.size < most.tools)
            usual.tools.set(tool, (usual.tools.get(tool) ?? 0) + 1);
      }
    },
  }),
);

function detected(
  call: AgentCall,
  { by, says, event, names }: Brought,
  isNamed: boolean,
  shown: number,
  times: number,
): Detected {
  const usage = shown < fewest ? '' : ` ${times} of ${shown} earlier conversations used it.`;
  return {
    group: `${call.conversation} ${call.tool}`,
    events: event.id === call.event.id ? [call.event] : [event, call.event],
    note: `${by} brought in a text that ${says}. Then ${named(call.tool, call.server)} was called${isNamed && names.length > 0 ? ', which that text names' : ''}.${usage}`,
  };
}

function bring(
  conversation: Conversation,
  by: string,
  leaves: readonly Leaf[],
  event: NormalEvent,
  time: number,
): void {
  for (const leaf of leaves) {
    const says = instructionOf(leaf);
    if (says === undefined) continue;
    const { text } = leaf;
    const names = [
      ...new Set(
        text
          .slice(0, 16_384)
          .toLowerCase()
          .match(/[a-z][a-z0-9]*(?:[_-][a-z0-9]+)+/g),
      ),
    ].slice(0, most.named);
    conversation.brought = [...conversation.brought.slice(-4), { by, says, event, time, names, left: after }];
    return;
  }
}
