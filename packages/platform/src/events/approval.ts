/**
 * Whether somebody approved what an agent did, read from the event as it came: approval of tool calls as agents and their frameworks
 * log it (Claude Code's and Codex' decisions, the AI SDK, OpenAI's `mcp_approval_response`, LangGraph's interrupts, plain
 * `approved_by`), and answers to MCP's elicitation. It is what the log says: that the person was asked honestly nobody knows from here.
 */
import type { NormalEvent } from '@firebreak/contract';
import { at, field } from '../intake/foreign.ts';
import { moment } from './moment.ts';
import { type Attributes, attributesOf } from './otlp/attributes.ts';
import { recordedJson } from './recorded-json.ts';
import { told } from './told.ts';

export type Approval = NonNullable<NormalEvent['approval']>;

const namesOfState = [
  'gen_ai.tool.call.approval.status',
  'gen_ai.tool.approval.status',
  'tool.approval.status',
  'tool.approval.state',
  'approval.status',
  'approval.state',
  'approval.decision',
  'approval_status',
  'approval_state',
  'human_approval',
  'hitl.decision',
  'interrupt.response.type',
  'mcp.elicitation.action',
  'elicitation.action',
  'decision_type',
  'decision',
  'tool.approved',
  'approval.approved',
  'human.approved',
  'approved',
  'approve',
];
const namesOfWho = [
  'gen_ai.tool.call.approval.by',
  'tool.approval.by',
  'approval.approved_by',
  'approval.approver',
  'approval.by',
  'approved_by',
  'approver',
  'human.approver',
];
const namesOfWhen = ['approval.approved_at', 'approval.at', 'approved_at', 'approval.timestamp'];
const namesOfNeed = [
  'approval.required',
  'tool.needs_approval',
  'needs_approval',
  'needsApproval',
  'requires_approval',
];
/** Who decided, where that is told as a kind: a setting is nobody. */
const namesOfSource = ['decision_source', 'source', 'approval.source'];

const states: Readonly<Record<string, Approval['state']>> = Object.fromEntries(
  (
    [
      [
        'approved',
        'approved approve accept accepted allow allowed granted yes true approved_for_session user_permanent user_temporary edit',
      ],
      [
        'rejected',
        'rejected reject declined decline denied deny cancel cancelled canceled abort aborted ignore no false user_reject user_abort',
      ],
      ['pending', 'pending requested waiting required interrupted'],
      [
        'automatic',
        'automatic auto auto_approved auto-approved not_required not-required skipped bypassed never config hook',
      ],
    ] as const
  ).flatMap(([state, words]) => words.split(' ').map((word) => [word, state])),
);
const longest = 200;

/** Undefined where the event tells nothing of an approval. */
export function approvalOf(raw: unknown): Approval | undefined {
  const span = at(raw, 'span', 'attributes') ?? at(raw, 'log', 'attributes');
  if (span !== undefined) return ofNames(lookup(attributesOf(span)));
  for (const place of [field(raw, 'approval'), field(raw, 'metadata'), at(raw, 'metadata', 'mcp_tool_call_metadata')]) {
    const found = ofNames((name) => field(place, name) ?? field(place, name.replace(/^approval\./, '')));
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookup(attributes: Attributes): (name: string) => unknown {
  const method = attributes.get('mcp.method.name') ?? attributes.get('mcp.method');
  // The answer of whom a server asked for consent: accept, decline or cancel.
  const answer = method === 'elicitation/create' ? answered(attributes) : undefined;
  return (name) => (name === 'mcp.elicitation.action' ? (attributes.get(name) ?? answer) : attributes.get(name));
}

function answered(attributes: Attributes): unknown {
  const read = recordedJson(attributes.get('mcp.response.value') ?? attributes.get('mcp.result'));
  return field(read, 'action') ?? at(read, 'result', 'action');
}

function ofNames(value: (name: string) => unknown): Approval | undefined {
  const first = (names: readonly string[]) =>
    names.map((name) => wordOf(value(name))).find((word) => word !== undefined);
  const by = first(namesOfWho);
  const state = namesOfState.map((name) => stateOf(value(name))).find((each) => each !== undefined);
  const bySetting = state === 'approved' && by === undefined && stateOf(first(namesOfSource)) === 'automatic';
  const needed = first(namesOfNeed) === 'true' ? ('pending' as const) : undefined;
  const is = bySetting ? 'automatic' : (state ?? (by === undefined ? needed : 'approved'));
  if (is === undefined) return undefined;
  return { state: is, ...told({ by: is === 'automatic' ? undefined : by, at: moment(first(namesOfWhen)) }) };
}

function stateOf(value: unknown): Approval['state'] | undefined {
  const word = wordOf(value)?.toLowerCase();
  return word !== undefined && Object.hasOwn(states, word) ? states[word] : undefined;
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
}

/** The approval in a sentence, for people. */
export function approvalWords({ state, by, at: when }: Approval): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const at = when === undefined ? '' : ` at ${when}`;
  if (state === 'approved') return `approved${who}${at}, as its log says`;
  if (state === 'rejected') return `rejected${who}${at}, as its log says`;
  return state === 'pending' ? 'not approved: it waited to be' : 'approved by a setting: nobody was asked';
}
