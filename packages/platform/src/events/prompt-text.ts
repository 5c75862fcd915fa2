/**
 * What was said to a model and by it, read from an event as it came: spans and log records of OpenTelemetry (GenAI's new and old
 * names, OpenLLMetry, OpenInference), the log payload of LiteLLM, and requests in the form of OpenAI's and Anthropic's APIs as
 * inference loggers record them. Pure and bounded; the same text of the same role is told once. Only what the sender recorded is
 * here: by default instrumentation records no content.
 */
import { array, at, field, record, textAt } from '../intake/foreign.ts';
import { type Attributes, attributesOf, plainValue, textOf } from './otlp/attributes.ts';
import { recordedJson, textsIn } from './recorded-json.ts';
import { isToolSpan } from './tool-call.ts';

export interface PromptText {
  /** `tool` is what a tool answered, `document` what retrieval brought: text that nobody of the conversation wrote. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | 'document';
  /** Foreign text, at most 262,144 characters. */
  readonly text: string;
  /** The field that it was recorded in. */
  readonly where: string;
}
type Role = PromptText['role'];

const mostTexts = 500;
const longestText = 1 << 18;
/** Of all texts together. */
const mostCharacters = 1 << 21;

export function promptTextOf(raw: unknown): readonly PromptText[] {
  const said = new Said();
  const span = record(field(raw, 'span'));
  const log = record(field(raw, 'log'));
  if (span !== undefined) ofSpan(said, span);
  else if (log !== undefined) ofLog(said, log);
  else ofRequest(said, raw);
  return said.texts;
}

/** Collects until there is too much. */
class Said {
  readonly texts: PromptText[] = [];
  readonly #seen = new Set<string>();
  #left = mostCharacters;

  add(role: Role, text: string, where: string): void {
    const kept = text.slice(0, Math.min(longestText, this.#left));
    const key = `${role} ${kept}`;
    if (kept.trim() === '' || this.texts.length >= mostTexts || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#left -= kept.length;
    this.texts.push({ role, text: kept, where });
  }

  /** All texts of a value as one. */
  whole(role: Role, value: unknown, where: string): void {
    const read = recordedJson(value);
    if (read !== undefined) this.add(role, typeof read === 'string' ? read : [...textsIn(read)].join('\n'), where);
  }

  /** A list of messages, one message, or the JSON of either; whatever else it is, is text of `role`. */
  messages(role: Role, value: unknown, where: string): void {
    const read = recordedJson(value);
    const inside = field(read, 'messages');
    if (inside !== undefined) this.messages(role, inside, where);
    else if (isMessage(read)) this.#message(role, read, where);
    else if (Array.isArray(read) && read.some(isMessage))
      for (const each of read.slice(0, mostTexts)) this.#message(role, each, where);
    else this.#parts(role, read, where);
  }

  #message(fallback: Role, message: unknown, where: string): void {
    const role = roleOf(textAt(message, 'role') ?? textAt(message, 'type')) ?? fallback;
    this.#parts(role, field(message, 'parts') ?? field(message, 'content') ?? field(message, 'text'), where);
  }

  /** A message's content: a text, or parts of several types. */
  #parts(role: Role, content: unknown, where: string): void {
    if (!Array.isArray(content)) this.whole(role, content, where);
    for (const part of array(content).slice(0, mostTexts)) {
      const type = textAt(part, 'type');
      if (type === 'tool_call' || type === 'tool_use') continue;
      if (type === 'tool_call_response' || type === 'tool_result')
        this.whole('tool', field(part, 'response') ?? field(part, 'result') ?? field(part, 'content'), where);
      else this.whole(role, textAt(part, 'text') ?? field(part, 'content') ?? part, where);
    }
  }
}

function isMessage(value: unknown): boolean {
  const is = record(value);
  return is !== undefined && (is.content !== undefined || is.parts !== undefined) && typeof is.role === 'string';
}

const roles: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

function roleOf(name: string | undefined): Role | undefined {
  const lower = name?.toLowerCase() ?? '';
  return Object.hasOwn(roles, lower) ? roles[lower] : undefined;
}

/** Attributes that hold whole messages. */
const named: readonly (readonly [name: string, role: Role])[] = [
  ['gen_ai.system_instructions', 'system'],
  ['gen_ai.input.messages', 'user'],
  ['gen_ai.output.messages', 'assistant'],
  ['gen_ai.prompt', 'user'],
  ['gen_ai.completion', 'assistant'],
  ['gen_ai.retrieval.documents', 'document'],
  ['llm.input_messages', 'user'],
  ['llm.output_messages', 'assistant'],
];
/** Attributes of one message each: number, and what of it. */
const numbered =
  /^(gen_ai\.prompt|gen_ai\.completion|llm\.prompts|llm\.completions|llm\.input_messages|llm\.output_messages)\.\d{1,5}\.(?:message\.)?(?:content|contents\.\d{1,5}\.message_content\.text)$/;
const documents = /^(?:retrieval\.documents|reranker\.(?:input|output)_documents)\.\d{1,5}\.document\.content$/;

function ofAttributes(said: Said, told: Attributes): void {
  for (const [name, role] of named) if (told.has(name)) said.messages(role, told.get(name), name);
  for (const [name, value] of told) {
    const message = numbered.exec(name);
    if (message !== null) {
      const stem = name.replace(/(content|contents\.\d+\.message_content\.text)$/, '');
      const written = roleOf(textOf(told, `${stem}role`));
      said.whole(written ?? (/completion|output/.test(message[1] ?? '') ? 'assistant' : 'user'), value, name);
    } else if (documents.test(name)) said.whole('document', value, name);
  }
}

function ofSpan(said: Said, span: unknown): void {
  const told = attributesOf(field(span, 'attributes'));
  ofAttributes(said, told);
  if (isToolSpan(told)) {
    for (const name of ['gen_ai.tool.call.result', 'ai.toolCall.result', 'mcp.tool.result', 'mcp.response.value'])
      said.whole('tool', told.get(name), name);
    for (const name of ['traceloop.entity.output', 'output.value']) said.whole('tool', told.get(name), name);
  } else {
    for (const name of ['input.value', 'traceloop.entity.input']) said.messages('user', told.get(name), name);
    for (const name of ['output.value', 'traceloop.entity.output']) said.messages('assistant', told.get(name), name);
  }
  for (const event of array(field(span, 'events')).slice(0, mostTexts))
    ofEvent(said, textAt(event, 'name') ?? '', attributesOf(field(event, 'attributes')), undefined);
}

/** Names of events that are one message, until they became attributes: `gen_ai.user.message`, `gen_ai.choice`. */
function roleOfEvent(name: string): Role | undefined {
  if (name === 'gen_ai.choice') return 'assistant';
  return roleOf(/^gen_ai\.(\w+)\.message$/.exec(name)?.[1]);
}

function ofEvent(said: Said, name: string, told: Attributes, body: unknown): void {
  ofAttributes(said, told);
  const role = roleOfEvent(name);
  const content = told.get('gen_ai.event.content');
  if (content !== undefined) said.messages(role ?? 'user', content, 'gen_ai.event.content');
  if (role !== undefined) {
    const message = field(body, 'message') ?? body;
    said.whole(role, field(message, 'content') ?? told.get('content'), name);
  } else if (body !== undefined)
    for (const [part, of] of [
      ['gen_ai.system_instructions', 'system'],
      ['gen_ai.input.messages', 'user'],
      ['gen_ai.output.messages', 'assistant'],
    ] as const)
      said.messages(of, field(body, part), part);
}

function ofLog(said: Said, log: unknown): void {
  const told = attributesOf(field(log, 'attributes'));
  const name = textAt(log, 'eventName') ?? textOf(told, 'event.name') ?? '';
  ofEvent(said, name, told, plainValue(field(log, 'body')));
}

/** What has none of these holds no conversation in a form that is read here: most events of platforms. */
const parts = [
  'messages',
  'contents',
  'model',
  'request',
  'request_body',
  'data',
  'input',
  'response',
  'response_body',
  'output',
  'metadata',
];

/** Requests and answers of the APIs that nearly everybody speaks, alone or in what a logger puts around them. */
function ofRequest(said: Said, raw: unknown): void {
  const told = record(raw);
  if (told !== undefined && !parts.some((part) => Object.hasOwn(told, part))) return;
  for (const [where, value] of [
    ['', raw],
    ['request', field(raw, 'request')],
    ['request_body', field(raw, 'request_body')],
    ['data', field(raw, 'data')],
    ['input.inputBodyJson', at(raw, 'input', 'inputBodyJson')],
  ] as const) {
    const request = value === undefined ? undefined : recordedJson(value);
    if (request === undefined || !isRequest(request)) continue;
    const prefix = where === '' ? '' : `${where}.`;
    for (const [name, role] of requestParts)
      if (isSpoken(field(request, name))) said.messages(role, field(request, name), `${prefix}${name}`);
  }
  for (const [where, value] of [
    ['response', field(raw, 'response')],
    ['response_body', field(raw, 'response_body')],
    ['output.outputBodyJson', at(raw, 'output', 'outputBodyJson')],
  ] as const) {
    if (value === undefined) continue;
    const answer = recordedJson(value);
    for (const choice of array(field(answer, 'choices')).slice(0, mostTexts)) {
      const text = at(choice, 'message', 'content') ?? field(choice, 'text');
      said.whole('assistant', text, `${where}.choices`);
    }
    const message = at(answer, 'output', 'message') ?? answer;
    if (textAt(message, 'role') === 'assistant') said.messages('assistant', message, where);
  }
  const called = at(raw, 'metadata', 'mcp_tool_call_metadata', 'result');
  said.whole('tool', called, 'metadata.mcp_tool_call_metadata.result');
}

const requestParts = [
  ['system', 'system'],
  ['instructions', 'system'],
  ['messages', 'user'],
  ['prompt', 'user'],
  ['input', 'user'],
  ['contents', 'user'],
] as const;

/** Fields of these names are in many logs; together they are a request to a model. */
function isRequest(value: unknown): boolean {
  const has = (name: string) => isSpoken(field(value, name));
  return (
    has('messages') || has('contents') || (textAt(value, 'model') !== undefined && (has('prompt') || has('input')))
  );
}

/** Text, or a list: whatever else is called so is none of ours. */
function isSpoken(value: unknown): boolean {
  const read = recordedJson(value);
  return typeof read === 'string' || (Array.isArray(read) && read.length > 0);
}
