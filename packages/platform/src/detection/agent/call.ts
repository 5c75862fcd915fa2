/**
 * A tool call of an agent, as the detectors of this folder look at it; and what was said to the agent between its calls. Who called,
 * in which conversation and for which task is what the telemetry says: an agent's name is no identity, so names are told apart by
 * the system that logs them, and an incident goes by the nodes of the event.
 */
import type { NormalEvent, SeenEvent } from '@firebreak/contract';
import { type Attributes, attributesOf, textOf } from '../../events/otlp/attributes.ts';
import { type PromptText, promptTextOf } from '../../events/prompt-text.ts';
import { toolCallOf } from '../../events/tool-call.ts';
import { at, textAt } from '../../intake/foreign.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { type ToolKind, toolKind } from './tool-kind.ts';

export interface Setting {
  readonly event: NormalEvent;
  /** ms since 1970. */
  readonly time: number;
  /** System and name: two systems may each have an agent `assistant`. */
  readonly agent: string;
  /** As people know it. */
  readonly agentName: string;
  /** The workflow that the conversation belongs to, where that is told. */
  readonly task: string | undefined;
  readonly conversation: string;
  /** Whom it works for, where that is told. */
  readonly user: string | undefined;
}

export interface AgentCall extends Setting {
  readonly tool: string;
  readonly server: string | undefined;
  /** The id by which a model asked for it: the same call may be told by agent and server. */
  readonly callId: string | undefined;
  readonly kind: ToolKind;
  readonly arguments: readonly Leaf[];
  /** Characters of the arguments in all. */
  readonly argumentSize: number;
  readonly result: readonly Leaf[];
  /** Characters and items of the result in all. */
  readonly resultSize: number;
  readonly resultItems: number;
}

/** What was said, or came in with it. */
export interface AgentTurn extends Setting {
  readonly said: readonly PromptText[];
}

const tasks = ['gen_ai.workflow.name', 'traceloop.workflow.name', 'gen_ai.task.name', 'task.name'];
const users = ['enduser.id', 'user.id', 'user.name'];

/** The attributes of a span or log record; none for what is neither. */
export function attributesIn(raw: unknown): Attributes {
  return attributesOf(at(raw, 'span', 'attributes') ?? at(raw, 'log', 'attributes'));
}

export function settingOf({ event, raw }: SeenEvent): Setting {
  const told = attributesIn(raw);
  const { actor, system } = event;
  return {
    event,
    time: Date.parse(event.time),
    agent: `${system}/${actor.name}`.slice(0, 200),
    agentName: actor.name.slice(0, 100),
    task: (textOf(told, ...tasks) ?? textAt(raw, 'metadata', 'task'))?.slice(0, 200),
    conversation: `${system}/${actor.name}/${actor.session ?? ''}`.slice(0, 500),
    user: (textOf(told, ...users) ?? textAt(raw, 'metadata', 'user_api_key_end_user_id'))?.slice(0, 200),
  };
}

/** A dozen detectors look at each event, one after the other: it is read once. */
const calls = new WeakMap<SeenEvent, AgentCall | 'none'>();
const turns = new WeakMap<SeenEvent, AgentTurn | 'none'>();

/** Undefined for an event that is about no call. */
export function agentCallOf(seen: SeenEvent): AgentCall | undefined {
  const found = calls.get(seen) ?? readCall(seen) ?? 'none';
  calls.set(seen, found);
  return found === 'none' ? undefined : found;
}

/** Undefined for an event in which nothing was said. */
export function agentTurnOf(seen: SeenEvent): AgentTurn | undefined {
  const found = turns.get(seen) ?? readTurn(seen) ?? 'none';
  turns.set(seen, found);
  return found === 'none' ? undefined : found;
}

function readCall(seen: SeenEvent): AgentCall | undefined {
  const call = toolCallOf(seen.raw);
  if (call === undefined) return undefined;
  const given = leavesOf(call.arguments);
  const result = leavesOf(call.result);
  return {
    ...settingOf(seen),
    tool: call.name.slice(0, 200),
    server: call.server?.slice(0, 300),
    callId: call.id,
    kind: toolKind(call.name),
    arguments: given.leaves,
    argumentSize: given.size,
    result: result.leaves,
    resultSize: result.size,
    resultItems: result.items,
  };
}

function readTurn(seen: SeenEvent): AgentTurn | undefined {
  const said = promptTextOf(seen.raw);
  return said.length === 0 ? undefined : { ...settingOf(seen), said };
}

/** Formats that tell of agents. */
export const agentFormats: readonly string[] = ['otlp-spans', 'otlp-logs', 'litellm'];

/** For a sentence: a tool by its name, with its server where there is one. */
export function named(tool: string, server: string | undefined): string {
  return server === undefined ? `"${tool}"` : `"${tool}" of ${server}`;
}

/** The same for two events that tell of one call; undefined when the call has no id. */
export function sameCall({ callId, tool }: AgentCall): string | undefined {
  return callId === undefined || callId === '' ? undefined : `${callId} ${tool}`;
}
