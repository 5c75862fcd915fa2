/**
 * What all detectors of agents need at work: a memory for each agent and for each of its conversations, bounded, saved as plain
 * data, with events told twice counted once. A detector only says what it remembers and what it looks for.
 *
 * What must stay true:
 *
 * - Time is the events'. A conversation ends when nothing was said in it for half an hour of that time; then its agent learns of it.
 *   One event with a clock that runs ahead moves time by an hour at most, so it cannot end what others are in the middle of for long.
 * - Who was touched least recently goes first when there are too many, and that is told by `forgotten`.
 * - A detector learns of a conversation when it is over and never while it lasts: whoever is in it cannot teach it to be quiet.
 */
import type { Detected, RunningDetector, SeenEvent, StreamDetector } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';
import { type AgentCall, type AgentTurn, agentCallOf, agentFormats, agentTurnOf, sameCall } from './call.ts';
import { packed, unpacked } from './plain-state.ts';

/** Memories are plain data, maps and sets. */
export interface AgentWatch<Conversation, Agent> {
  readonly conversation: () => Conversation;
  readonly agent: () => Agent;
  call(call: AgentCall, memory: Memory<Conversation, Agent>): Iterable<Detected>;
  /** Something was said, or brought by retrieval. Tool results that a prompt repeats come here too. */
  turn?(turn: AgentTurn, memory: Memory<Conversation, Agent>): void;
  /** Any event, before what it says of calls. */
  event?(seen: SeenEvent, agents: (name: string) => Agent): Iterable<Detected>;
  /** Whether platform events that concern it under this name matter now, by the memory that all agents share. */
  watchesFor?(name: string, memory: Agent): boolean;
  /** A conversation is over: the time for its agent to learn. */
  end?(memory: Memory<Conversation, Agent>): void;
  /** What it cannot tell at all, in words. */
  readonly tells?: readonly string[];
  /** What it cannot tell yet of an agent, in words. */
  lacks?(agent: Agent, name: string): string | undefined;
}

export interface Memory<Conversation, Agent> {
  readonly conversation: Conversation;
  readonly agent: Agent;
}

interface Held<Conversation> {
  agent: string;
  last: number;
  /** Events and calls that were seen, the newest last. */
  seen: Set<string>;
  data: Conversation;
}

interface State<Conversation, Agent> {
  version: number;
  now: number;
  agents: Map<string, Agent>;
  conversations: Map<string, Held<Conversation>>;
  ended: number;
}

interface Bounds {
  readonly conversations: number;
  readonly agents: number;
}

const version = 1;
/** No agent has this name: its memory is for what platform logs tell, and is never given up. */
export const shared = '';
const idle = 30 * 60_000;
const farthestStep = 60 * 60_000;
const mostSeen = 256;
const usual: Bounds = { conversations: 4000, agents: 500 };

type About = Omit<StreamDetector, 'start' | 'needs'> & { readonly needs?: readonly string[] };

/** A detector of tool calls, from what it is and how it works. */
export function agentDetector<Conversation, Agent>(
  about: About,
  watch: () => AgentWatch<Conversation, Agent>,
  bounds: Bounds = usual,
): StreamDetector {
  return { needs: agentFormats, ...about, start: (state) => new Running(watch(), bounds, state) };
}

class Running<Conversation, Agent> implements RunningDetector {
  readonly #watch: AgentWatch<Conversation, Agent>;
  readonly #bounds: Bounds;
  readonly #state: State<Conversation, Agent>;
  #swept = 0;

  constructor(watch: AgentWatch<Conversation, Agent>, bounds: Bounds, state: unknown) {
    this.#watch = watch;
    this.#bounds = bounds;
    this.#state = restored(state) ?? { version, now: 0, agents: new Map(), conversations: new Map(), ended: 0 };
  }

  *see(seen: SeenEvent): Generator<Detected> {
    const { event } = seen;
    const time = Date.parse(event.time);
    if (Number.isNaN(time)) return;
    if (this.#watch.event !== undefined) yield* this.#watch.event(seen, (name) => this.#agent(name));
    // Logs of platforms are looked at for who acts; of calls they tell nothing.
    if (!agentFormats.includes(event.source.format)) return;
    const call = agentCallOf(seen);
    const turn = this.#watch.turn === undefined || call !== undefined ? undefined : agentTurnOf(seen);
    const setting = call ?? turn;
    if (setting === undefined) return;
    this.#timeIs(this.#state.now === 0 ? time : Math.min(time, this.#state.now + farthestStep));
    const held = this.#conversation(setting.conversation, setting.agent);
    if (!isNew(held, event.id) || (call !== undefined && !isNew(held, sameCall(call)))) return;
    held.last = Math.max(held.last, time);
    const memory = { conversation: held.data, agent: this.#agent(setting.agent) };
    if (call !== undefined) yield* this.#watch.call(call, memory);
    else if (turn !== undefined) this.#watch.turn?.(turn, memory);
  }

  watchesFor(name: string): boolean {
    const memory = this.#state.agents.get(shared);
    return memory !== undefined && this.#watch.watchesFor?.(name, memory) === true;
  }

  advance(time: number): Iterable<Detected> {
    this.#timeIs(time);
    return [];
  }

  state(): unknown {
    return packed(this.#state);
  }

  forgotten(): readonly string[] {
    const { ended, agents } = this.#state;
    const lacking =
      this.#watch.lacks === undefined
        ? []
        : [...agents].flatMap(([name, agent]) => this.#watch.lacks?.(agent, name) ?? []);
    return [
      ...(this.#watch.tells ?? []).slice(0, 20),
      ...(ended === 0
        ? []
        : [`${ended} conversations were given up before they were over: there were too many at once.`]),
      ...lacking.slice(0, 20),
    ];
  }

  #timeIs(time: number): void {
    const state = this.#state;
    state.now = Math.max(state.now, time);
    if (state.now - this.#swept < 60_000) return;
    this.#swept = state.now;
    for (const [key, held] of state.conversations) if (held.last + idle < state.now) this.#end(key, held);
  }

  #end(key: string, { agent, data }: Held<Conversation>): void {
    this.#state.conversations.delete(key);
    this.#watch.end?.({ conversation: data, agent: this.#agent(agent) });
  }

  #conversation(key: string, agent: string): Held<Conversation> {
    const { conversations } = this.#state;
    const held = conversations.get(key) ?? { agent, last: 0, seen: new Set(), data: this.#watch.conversation() };
    conversations.delete(key);
    conversations.set(key, held);
    if (conversations.size > this.#bounds.conversations)
      this.#giveUp(conversations, (each, of) => {
        this.#state.ended += 1;
        this.#end(each, of);
      });
    return held;
  }

  #agent(name: string): Agent {
    const { agents } = this.#state;
    const known = agents.get(name);
    const agent = known ?? this.#watch.agent();
    agents.delete(name);
    agents.set(name, agent);
    if (agents.size > this.#bounds.agents)
      this.#giveUp(agents, (each) => {
        if (each !== shared) agents.delete(each);
      });
    return agent;
  }

  /** A sixteenth at a time: finding the oldest passes over all that went before it. */
  #giveUp<T>(map: Map<string, T>, give: (key: string, value: T) => void): void {
    for (const [key, value] of [...map].slice(0, Math.ceil(map.size / 16))) give(key, value);
  }
}

function isNew({ seen }: { readonly seen: Set<string> }, id: string | undefined): boolean {
  if (id === undefined) return true;
  const short = id.length > 64 ? sha256Hex(id).slice(0, 32) : id;
  if (seen.has(short)) return false;
  seen.add(short);
  if (seen.size > mostSeen)
    for (const oldest of seen) {
      seen.delete(oldest);
      break;
    }
  return true;
}

function restored<Conversation, Agent>(state: unknown): State<Conversation, Agent> | undefined {
  if (state === undefined) return undefined;
  try {
    const read = unpacked(state) as State<Conversation, Agent> | null;
    const fits =
      typeof read === 'object' &&
      read?.version === version &&
      read.agents instanceof Map &&
      read.conversations instanceof Map;
    return fits ? read : undefined;
  } catch {
    return undefined;
  }
}
