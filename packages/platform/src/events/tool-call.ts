/**
 * The tool call that an event is about, read from the event as it came: spans of OpenTelemetry (GenAI and MCP, new and old names,
 * OpenLLMetry, OpenInference, the AI SDK) and the log payload of LiteLLM. Pure and bounded. What a model only asked for is no call:
 * an event is about one when the tool was run, or tried.
 */
import { at, field, record, textAt } from '../intake/foreign.ts';
import { type Attributes, attributesOf, textOf } from './otlp/attributes.ts';
import { isShallow, recordedJson } from './recorded-json.ts';

export interface ToolCall {
  /** As the agent names it. Foreign text. */
  readonly name: string;
  /** The MCP server: its address where that is told, else its name at the gateway. Foreign text. */
  readonly server: string | undefined;
  /** The id by which the model's reply asked for it. */
  readonly id: string | undefined;
  /** Parsed where it was recorded as JSON, at most 64 deep; undefined when it was not recorded. */
  readonly arguments: unknown;
  readonly result: unknown;
}

export function toolCallOf(raw: unknown): ToolCall | undefined {
  const span = record(field(raw, 'span'));
  return span === undefined ? ofLiteLlm(raw) : ofAttributes(attributesOf(span.attributes));
}

const namesOfArguments = [
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.arguments',
  'mcp.tool.arguments',
  'mcp.request.arguments',
  'tool_call.function.arguments',
  'ai.toolCall.args',
  'traceloop.entity.input',
  'input.value',
  'tool.parameters',
];
const namesOfResults = [
  'gen_ai.tool.call.result',
  'gen_ai.tool.result',
  'gen_ai.tool.output',
  'mcp.tool.result',
  'mcp.response.value',
  'ai.toolCall.result',
  'traceloop.entity.output',
  'output.value',
];

/** Whether a span is of a tool that ran. */
export function isToolSpan(told: Attributes): boolean {
  return (
    textOf(told, 'gen_ai.operation.name') === 'execute_tool' ||
    textOf(told, 'mcp.method.name', 'mcp.method') === 'tools/call' ||
    textOf(told, 'traceloop.span.kind') === 'tool' ||
    textOf(told, 'openinference.span.kind')?.toUpperCase() === 'TOOL' ||
    told.has('ai.toolCall.name')
  );
}

function ofAttributes(told: Attributes): ToolCall | undefined {
  const atProxy = recordedJson(told.get('metadata.mcp_tool_call_metadata'));
  if (record(atProxy) !== undefined) return ofLiteLlm({ metadata: { mcp_tool_call_metadata: atProxy } });
  if (!isToolSpan(told)) return undefined;
  const name = textOf(told, ...namesOfTools);
  if (name === undefined) return undefined;
  return {
    name,
    server: textOf(told, 'url.full', 'server.address', 'mcp.server.name', 'gen_ai.data_source.id'),
    id: textOf(told, 'gen_ai.tool.call.id', 'ai.toolCall.id', 'tool_call.id'),
    arguments: recorded(told, namesOfArguments),
    result: recorded(told, namesOfResults),
  };
}

/** Attributes that name the tool, the newest first. */
export const namesOfTools = [
  'gen_ai.tool.name',
  'mcp.tool.name',
  'tool.name',
  'ai.toolCall.name',
  'traceloop.entity.name',
] as const;

function recorded(told: Attributes, names: readonly string[]): unknown {
  const name = names.find((each) => told.has(each));
  return name === undefined ? undefined : recordedJson(told.get(name));
}

function ofLiteLlm(raw: unknown): ToolCall | undefined {
  const call = at(raw, 'metadata', 'mcp_tool_call_metadata');
  const name = textAt(call, 'name');
  if (name === undefined) return undefined;
  const [given, result] = [field(call, 'arguments'), field(call, 'result') ?? field(raw, 'response')];
  return {
    name,
    server: textAt(call, 'mcp_server_name'),
    id: undefined,
    arguments: isShallow(given) ? recordedJson(given) : undefined,
    result: isShallow(result) ? recordedJson(result) : undefined,
  };
}
