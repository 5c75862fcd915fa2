/**
 * A call that never followed the calls before it, in a conversation that is more surprising than nearly all earlier ones of the same
 * task or agent. Not everything new alarms: an agent that often does new things has surprising conversations, and the threshold is
 * theirs (see `calibration.ts`). It is silent until it knows two hundred and fifty conversations.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { addScore, noScores, type Scores, shareAsHigh } from '../../agent/calibration.ts';
import { type AgentCall, named } from '../../agent/call.ts';
import { type ChainModel, learnChain, type Step, surpriseAt } from '../../agent/chain-model.ts';
import { agentDetector } from '../../agent/running.ts';

/** Of harmless conversations at most so many alarm, one half for each of the two ways to be surprising. */
const falseAlarms = 0.01;
/** Calls whose surprise is added up: many small oddities are one large one. */
const stretch = 6;
/** Conversations that only teach; then so many that tell how surprising honest ones are. */
const beginning = 50;
const fewest = 200;
const mostTasks = 50;
const longest = 200;
const mostAlarms = 3;
const mostDoubtful = 200;
/** A chain that raised alarms counts as known once so many conversations had it and this share of all since the first, or many. */
const accepted = { times: 3, share: 0.1, many: 20 };

interface Chain {
  readonly steps: (Step & { readonly time: number; bits: number; isNew: boolean })[];
  /** Of one call, and of a stretch of calls. */
  highest: number;
  highestStretch: number;
  readonly alarms: string[];
}
interface Conversation {
  /** By task. */
  readonly chains: Map<string, Chain>;
  last: NormalEvent[];
}
interface Known {
  readonly model: ChainModel;
  readonly scores: Scores;
  readonly stretches: Scores;
  /** Chains that alarmed: in how many conversations, and after how many it was first seen. */
  readonly doubtful: Map<string, { times: number; readonly since: number }>;
  conversations: number;
}
type Agent = Map<string, Known>;

/** Under the empty task, the agent with all that it does. */
const any = '';

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/never-seen-chain',
    status: 'stable',
    severity: 'medium',
    title: 'An agent called tools in an order that it never did',
    techniques: ['atlas.aml.t0053', 'asi.asi02', 'asi.asi01'],
    explain: {
      what: 'A tool call followed others that it never followed in earlier conversations of this task or agent, and the conversation is more surprising than 99 of 100 before it.',
      why: 'An agent that was taken over by what it read uses the tools that it has for something else: each call is allowed, their order is not the task’s.',
      next: 'Read the conversation up to the call. What made the agent do it: its user, or something that a tool brought in?',
    },
    falsePositives: [
      'A new version of the agent or of its instructions, until it has been seen in a few conversations.',
    ],
  },
  () => ({
    conversation: () => ({ chains: new Map(), last: [] }),
    agent: () => new Map(),
    *call(call, { conversation, agent }): Generator<Detected> {
      conversation.last = [...conversation.last.slice(-2), call.event];
      const task = call.task ?? any;
      // Where the task is known well enough it is the judge, and the agent as a whole only learns.
      const judge = isKnown(agent.get(task)) ? task : any;
      for (const each of new Set([any, task])) {
        const chain = conversation.chains.get(each) ?? { steps: [], highest: 0, highestStretch: 0, alarms: [] };
        conversation.chains.set(each, chain);
        if (chain.steps.length >= longest) continue;
        const found = surprising(call, chain, agent.get(each));
        if (found === undefined || each !== judge) continue;
        const whose = each === any ? call.agentName : `the task ${each}`;
        const group = `${call.conversation} ${found.chain}`;
        yield { group, events: conversation.last, note: `${found.says} (${whose}).` };
      }
    },
    end({ conversation, agent }) {
      for (const [task, { steps, highest, highestStretch, alarms }] of conversation.chains) {
        const known = agent.get(task) ?? {
          model: new Map(),
          scores: noScores(),
          stretches: noScores(),
          doubtful: new Map(),
          conversations: 0,
        };
        if (!agent.has(task)) {
          if (agent.size >= mostTasks) continue;
          agent.set(task, known);
        }
        known.conversations += 1;
        // To a model that knows little everything is surprising: that is no measure for later.
        if (known.conversations > beginning) {
          addScore(known.scores, highest, alarms.length > 0);
          addScore(known.stretches, highestStretch, alarms.length > 0);
        }
        if (alarms.map((chain) => isAccepted(known, chain)).every(Boolean)) learnChain(known.model, steps);
      }
    },
    lacks(agent, name) {
      const known = agent.get(any)?.conversations ?? 0;
      return known >= beginning + fewest
        ? undefined
        : `${name}: ${known} of ${beginning + fewest} conversations that are needed to know what is usual.`;
    },
  }),
);

function isKnown(known: Known | undefined): known is Known {
  return known !== undefined && known.scores.values.length >= fewest;
}

interface Surprising {
  readonly chain: string;
  readonly says: string;
}

function surprising(call: AgentCall, chain: Chain, known: Known | undefined): Surprising | undefined {
  const { steps, alarms } = chain;
  const tool = call.server === undefined ? call.tool : `${call.tool} of ${call.server}`;
  // Calls that are told late go where they belong.
  let place = steps.length;
  while (place > 0 && (steps[place - 1]?.time ?? 0) > call.time) place -= 1;
  steps.splice(place, 0, { tool, kind: call.kind, time: call.time, bits: 0, isNew: false });
  if (known === undefined) return undefined;
  const { bits, seen, known: knownTool } = surpriseAt(known.model, known.conversations, steps, place);
  Object.assign(steps[place] as object, { bits, isNew: !seen });
  const row = steps.slice(Math.max(0, place - stretch + 1), place + 1);
  const added = row.reduce((sum, step) => sum + step.bits, 0);
  chain.highest = Math.max(chain.highest, bits);
  chain.highestStretch = Math.max(chain.highestStretch, added);
  if (!isKnown(known) || alarms.length >= mostAlarms) return undefined;
  const alone = seen ? 1 : shareAsHigh(known.scores, bits);
  const together = row.some(({ isNew }) => isNew) ? shareAsHigh(known.stretches, added) : 1;
  const share = Math.min(alone, together);
  if (share > falseAlarms / 2) return undefined;
  const before = alone <= together ? steps.slice(Math.max(0, place - 2), place) : row.slice(0, -1);
  const name = [...before.map((step) => step.tool), tool].join(' > ');
  // What would make it usual: the tool where that is new, else the step from one to the other.
  alarms.push(knownTool ? `${steps[place - 1]?.tool ?? ''} > ${tool}` : tool);
  const conversations = known.scores.values.length;
  const after =
    before.length === 0 ? 'began a conversation' : `came after ${before.map((step) => `"${step.tool}"`).join(', ')}`;
  const others = Math.round(share * (conversations + 1)) - 1;
  return {
    chain: name,
    says: `${named(call.tool, call.server)} ${after}. ${alone <= together ? 'It never did before' : 'All of them in a row are unusual'}, and of the last ${conversations} conversations ${others === 0 ? 'none' : others} had anything as surprising`,
  };
}

/** What a tenth of the conversations does is what the agent does now; and people have been told of what alarmed twenty times. */
function isAccepted({ doubtful, conversations }: Known, chain: string): boolean {
  const known = doubtful.get(chain) ?? { times: 0, since: conversations - 1 };
  known.times += 1;
  doubtful.delete(chain);
  doubtful.set(chain, known);
  if (doubtful.size > mostDoubtful)
    for (const oldest of doubtful.keys()) {
      doubtful.delete(oldest);
      break;
    }
  const isShare = known.times >= accepted.share * (conversations - known.since);
  return (known.times >= accepted.times && isShare) || known.times >= accepted.many;
}
