/**
 * An agent that is somebody else: with a credential that it found on its way, on behalf of somebody whom it never acted for, or, in
 * the platform's own log, as an identity that its workload never was.
 *
 * - A credential that a tool's result brought and a later call's argument carries. Some agents do this for a living (they fetch a
 *   token and call with it): which tool's credentials go into which tool is learned by conversation.
 * - An argument that names whom to act as (`on_behalf_of`, `role_arn`), with a name that is new, for an agent that seldom has new ones.
 * - A conversation of one user in which a call is made for another.
 * - In platform logs: a workload that runs an agent (telemetry told its pod) acts as an identity that it never was, or from its address
 *   a token is used that is bound to another pod. An address counts only while its own pod uses it too: addresses are given out anew.
 */
import type { Detected, NormalEvent, SeenEvent } from '@firebreak/contract';
import { toolCallOf } from '../../../events/tool-call.ts';
import { addScore, noScores, type Scores, shareAsHigh } from '../../agent/calibration.ts';
import { type AgentCall, agentFormats, named } from '../../agent/call.ts';
import { credentialsIn } from '../../agent/credential-text.ts';
import { fewestForHabits, type Habits, isHabit, learnHabits, noHabits } from '../../agent/habit.ts';
import { agentDetector, shared } from '../../agent/running.ts';

const fewest = 50;
const falseAlarms = 0.02;
/** Events of a workload in platform logs before it is known what it usually is. */
const fewestEvents = 200;
const addressLasts = 10 * 60_000;
const most = { credentials: 50, names: 500, workloads: 500, addresses: 2000 };
const actAs =
  /(?:^|\.)(?:on_?behalf_?of|impersonate(?:_?(?:user|as))?|run_?as|act_?as|as_?user|assume_?role|role_?arn|sudo_?user)$/i;

interface Conversation {
  /** Digest of a credential → the tool that brought it. */
  readonly brought: Map<string, { readonly tool: string; readonly event: NormalEvent }>;
  user: string | undefined;
  readonly flows: Map<string, boolean>;
  readonly names: Set<string>;
  first: NormalEvent | undefined;
}
interface Agent {
  readonly habits: Habits;
  /** Whom it acted as. */
  readonly names: Set<string>;
  /** Of each conversation, how many new names it brought. */
  readonly news: Scores;
  /** Only of the one memory that all agents share: workloads that run agents, and what platform logs say of them. */
  readonly workloads: Map<string, { readonly identities: Set<string>; events: number }>;
  readonly addresses: Map<string, { workload: string; time: number }>;
}
export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/lateral-access',
    status: 'stable',
    severity: 'high',
    title: 'An agent acts with an identity that is not its own',
    needs: [...agentFormats, 'kubernetes-audit', 'cloudtrail'],
    techniques: ['attack.t1078', 'attack.t1550.001', 'asi.asi03', 'nhi.nhi9'],
    explain: {
      what: 'A call or a platform event of an agent used a credential that a tool had brought, or acted as an identity or for a user that the agent never acted for.',
      why: 'What an agent can read it can use: a credential in a file or a page gives it another’s permissions, and its own limits end there.',
      next: 'Rotate the credential, revoke the sessions of the identity, and see what was done with it. Contain the agent and that identity together.',
    },
    falsePositives: [
      'An agent that fetches tokens as part of its work, until fifty of its conversations are known.',
      'An agent that was given another service account on purpose.',
    ],
    concerns: ({ event, raw }) => {
      if (agentFormats.includes(event.source.format) || toolCallOf(raw) !== undefined) return true;
      const pod = podOf(event);
      if (pod === undefined) return false;
      const { address } = event.actor;
      return address === undefined ? [workloadOf(pod)] : [workloadOf(pod), address];
    },
  },
  () => ({
    conversation: () => ({ brought: new Map(), user: undefined, flows: new Map(), names: new Set(), first: undefined }),
    agent: () => ({
      habits: noHabits(),
      names: new Set(),
      news: noScores(),
      workloads: new Map(),
      addresses: new Map(),
    }),
    event: (seen, agents) => platformEvent(seen, agents(shared)),
    watchesFor: (name, { workloads, addresses }) => workloads.has(name) || addresses.has(name),
    *call(call, { conversation, agent }): Generator<Detected> {
      conversation.first ??= call.event;
      yield* borrowed(call, conversation, agent);
      yield* onBehalf(call, conversation, agent);
      yield* otherUser(call, conversation);
      for (const { text } of call.result)
        for (const { digest } of credentialsIn(text))
          if (conversation.brought.size < most.credentials && !conversation.brought.has(digest))
            conversation.brought.set(digest, { tool: call.tool, event: call.event });
    },
    end({ conversation, agent }) {
      learnHabits(agent.habits, conversation.flows);
      addScore(agent.news, [...conversation.names].filter((name) => !agent.names.has(name)).length);
      for (const name of conversation.names) remember(agent.names, name, most.names);
    },
  }),
);

function* borrowed(call: AgentCall, { brought, flows }: Conversation, agent: Agent): Generator<Detected> {
  for (const leaf of call.arguments)
    for (const { digest, kind, subject } of credentialsIn(leaf.text)) {
      const from = brought.get(digest);
      if (from === undefined) continue;
      const flow = `${from.tool} > ${call.tool} ${leaf.path}`.slice(0, 300);
      const isWork = agent.habits.conversations >= fewestForHabits && isHabit(agent.habits, flow);
      // Without an alarm only while nothing is known: a credential that goes on its way is never taken for granted at once.
      flows.set(flow, agent.habits.conversations >= fewestForHabits && !isWork);
      if (isWork) continue;
      const whose = subject === undefined ? '' : ` It says that it is ${subject}'s.`;
      yield {
        group: `${call.conversation} ${digest}`,
        events: [from.event, call.event],
        note: `${named(call.tool, call.server)} was called with ${kind} (${leaf.path || 'its argument'}) that "${from.tool}" had brought in this conversation.${whose}`,
      };
    }
}

function* onBehalf(call: AgentCall, conversation: Conversation, agent: Agent): Generator<Detected> {
  for (const { path, text } of call.arguments) {
    if (!actAs.test(path)) continue;
    const name = text.slice(0, 200);
    if (name === call.user || conversation.names.has(name)) continue;
    conversation.names.add(name);
    const isUsual = agent.news.values.length < fewest || shareAsHigh(agent.news, 1) > falseAlarms;
    if (agent.names.has(name) || isUsual) continue;
    yield {
      group: `${call.conversation} as ${name}`,
      events: [call.event],
      note: `${named(call.tool, call.server)} was called to act as ${name} (${path}). In ${agent.habits.conversations} conversations ${call.agentName} never acted for them, and it seldom acts for somebody new.`,
    };
  }
}

function* otherUser(call: AgentCall, conversation: Conversation): Generator<Detected> {
  if (call.user === undefined) return;
  conversation.user ??= call.user;
  if (conversation.user === call.user || conversation.first === undefined) return;
  yield {
    group: `${call.conversation} user ${call.user}`,
    events: [conversation.first, call.event],
    note: `The conversation is ${conversation.user}'s, and ${named(call.tool, call.server)} was called in it for ${call.user}.`,
  };
}

function* platformEvent(seen: SeenEvent, memory: Agent): Generator<Detected> {
  const { event } = seen;
  const { id, behind, address } = event.actor;
  if (toolCallOf(seen.raw) !== undefined) {
    const workload = id !== undefined && isPod(id) ? workloadOf(id) : undefined;
    if (workload !== undefined && !memory.workloads.has(workload) && memory.workloads.size < most.workloads)
      memory.workloads.set(workload, { identities: new Set(), events: 0 });
    return;
  }
  const pod = podOf(event);
  const time = Date.parse(event.time);
  const own = pod === undefined ? undefined : workloadOf(pod);
  const lives = address === undefined ? undefined : memory.addresses.get(address);
  const isOthers =
    own !== undefined && lives !== undefined && lives.workload !== own && Math.abs(time - lives.time) < addressLasts;
  if (isOthers && memory.workloads.has(lives.workload)) {
    yield {
      group: `${lives.workload} as ${own}`,
      events: [event],
      by: [lives.workload],
      note: `A token that is bound to ${pod} was used from ${address}, the address of ${lives.workload}, which runs an agent.`,
    };
    return;
  }
  if (own === undefined) return;
  if (address !== undefined && memory.workloads.has(own)) {
    memory.addresses.delete(address);
    memory.addresses.set(address, { workload: own, time });
    if (memory.addresses.size > most.addresses)
      for (const [oldest] of [...memory.addresses].slice(0, 100)) memory.addresses.delete(oldest);
  }
  const workload = memory.workloads.get(own);
  if (workload === undefined || id === undefined || id === pod) return;
  workload.events += 1;
  const isNew = !workload.identities.has(id);
  remember(workload.identities, id, most.names);
  if (!isNew || workload.identities.size === 1 || (workload.events < fewestEvents && behind === undefined)) return;
  yield {
    group: `${own} is ${id}`,
    events: [event],
    note: `${own}, which runs an agent, acts as ${id}${behind === undefined ? '' : ` (impersonated by ${behind})`}; in ${workload.events - 1} earlier events it never did.`,
  };
}

function podOf({ actor: { id, also } }: NormalEvent): string | undefined {
  return also?.find(isPod) ?? (id !== undefined && isPod(id) ? id : undefined);
}

const isPod = (node: string) => node.startsWith('kubernetes:Pod/');

/** The pod without what a Deployment or a StatefulSet puts behind its name. */
function workloadOf(pod: string): string {
  return pod.replace(/(?:-[a-z0-9]{6,10})?-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|\d{1,4})$/, '');
}

function remember(names: Set<string>, name: string, limit: number): void {
  names.delete(name);
  names.add(name);
  if (names.size > limit)
    for (const oldest of names) {
      names.delete(oldest);
      break;
    }
}
