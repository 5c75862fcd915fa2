/**
 * Spans of OpenTelemetry about generative AI and MCP, as OTLP/JSON (`{"resourceSpans": […]}`). Spans about other things say nothing
 * that happened here. Names changed over time; the old ones are read as well (`gen_ai.system`, `llm.*` of OpenLLMetry). Source: the
 * semantic conventions for generative AI and for MCP, and the OTLP specification ("JSON Protobuf Encoding").
 *
 * An agent's name is no identity: only what the resource says of its pod is a node, and a server by its address.
 */
import { type EventFormat, kubernetesId, type NormalEvent, serverName } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';

type Attributes = ReadonlyMap<string, string>;

const mostAttributes = 1000;
const operations: Readonly<Record<string, NormalEvent['activity']>> = {
  chat: 'execute',
  text_completion: 'execute',
  generate_content: 'execute',
  invoke_agent: 'execute',
  create_agent: 'change',
  execute_tool: 'execute',
  embeddings: 'read',
  'tools/call': 'execute',
  'resources/read': 'read',
  'prompts/get': 'read',
  initialize: 'authenticate',
};

export default {
  id: 'otlp-spans',
  title: 'OpenTelemetry spans of generative AI and MCP',
  systems: ['agent'],
  is: (value) => record(field(value, 'span')) !== undefined && Array.isArray(field(value, 'resource')),
  unwrap: (value) => (Array.isArray(field(value, 'resourceSpans')) ? [...spans(value)] : undefined),
  read(value) {
    const span = field(value, 'span');
    const told = attributesOf(field(span, 'attributes'));
    const operation = operationOf(told);
    if (operation === undefined) return undefined;
    const resource = attributesOf(field(value, 'resource'));
    const [trace, own] = [textAt(span, 'traceId'), textAt(span, 'spanId')];
    const subject =
      told.get('gen_ai.tool.name') ?? told.get('mcp.tool.name') ?? modelOf(told) ?? told.get('mcp.resource.uri');
    const outcome = outcomeOf(span, told);
    const reason = textAt(span, 'status', 'message') ?? told.get('error.type');
    return {
      time: moment(milliseconds(field(span, 'startTimeUnixNano'))),
      system: resource.get('service.name') ?? 'agent',
      actor: actorOf(told, resource, trace),
      operation: subject === undefined ? operation : `${operation} ${subject}`,
      activity: Object.hasOwn(operations, operation) ? (operations[operation] ?? 'other') : 'other',
      targets: targetsOf(told, operation),
      outcome,
      ...(outcome === 'done' || reason === undefined ? {} : { reason }),
      ...(trace === undefined || own === undefined ? {} : { ownId: `${trace}/${own}` }),
    };
  },
} satisfies EventFormat;

function* spans(value: unknown): Generator<unknown> {
  for (const group of array(field(value, 'resourceSpans'))) {
    const resource = array(at(group, 'resource', 'attributes'));
    for (const scope of array(field(group, 'scopeSpans')))
      for (const span of array(field(scope, 'spans'))) yield { resource, span };
  }
}

function attributesOf(value: unknown): Attributes {
  const found = new Map<string, string>();
  for (const each of array(value).slice(0, mostAttributes)) {
    const key = textAt(each, 'key');
    const told = record(field(each, 'value'));
    if (key === undefined || told === undefined) continue;
    const plain = told.stringValue ?? told.intValue ?? told.boolValue ?? told.doubleValue;
    if (plain !== undefined && typeof plain !== 'object') found.set(key, String(plain));
  }
  return found;
}

function operationOf(told: Attributes): string | undefined {
  return (
    told.get('gen_ai.operation.name') ??
    told.get('mcp.method.name') ??
    told.get('mcp.method') ??
    told.get('llm.request.type') ??
    (told.has('gen_ai.system') || told.has('gen_ai.provider.name') ? 'chat' : undefined)
  );
}

function modelOf(told: Attributes): string | undefined {
  return told.get('gen_ai.request.model') ?? told.get('gen_ai.response.model') ?? told.get('llm.request.model');
}

function actorOf(told: Attributes, resource: Attributes, trace: string | undefined): NormalEvent['actor'] {
  const namespace = resource.get('k8s.namespace.name');
  const pod = resource.get('k8s.pod.name');
  const container = resource.get('k8s.container.name');
  const id = namespace === undefined || pod === undefined ? undefined : kubernetesId('Pod', namespace, pod);
  const session = told.get('gen_ai.conversation.id') ?? told.get('mcp.session.id') ?? told.get('session.id') ?? trace;
  const address = told.get('client.address');
  const agent = told.get('gen_ai.agent.version') ?? resource.get('telemetry.sdk.name');
  return {
    name: told.get('gen_ai.agent.name') ?? resource.get('service.name') ?? 'nobody named',
    ...(id === undefined ? {} : { id }),
    ...(id === undefined || container === undefined
      ? {}
      : { also: [`kubernetes:Container/${namespace}/${pod}/${container}`] }),
    ...(session === undefined ? {} : { session }),
    ...(address === undefined ? {} : { address }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** The server that was called, and its tool. */
function targetsOf(told: Attributes, operation: string): string[] {
  const isMcp = told.has('mcp.method.name') || told.has('mcp.method') || operation === 'execute_tool';
  const url = told.get('url.full') ?? urlOf(told.get('server.address'), told.get('server.port'));
  const server = url === undefined ? undefined : serverName(url);
  if (!isMcp || server === undefined) return [];
  const tool = told.get('gen_ai.tool.name') ?? told.get('mcp.tool.name');
  return [`agent:McpServer/${server}`, ...(tool === undefined ? [] : [`agent:Tool/${server}/${tool}`])];
}

function urlOf(host: string | undefined, port: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (/^https?:\/\//.test(host)) return host;
  return port === '443' || port === undefined ? `https://${host}` : `http://${host}:${port}`;
}

/** Status code 2, or its name, is an error. */
function outcomeOf(span: unknown, told: Attributes): NormalEvent['outcome'] {
  const code = at(span, 'status', 'code');
  if (code !== 2 && code !== 'STATUS_CODE_ERROR') return 'done';
  const type = `${told.get('error.type') ?? ''} ${told.get('http.response.status_code') ?? ''}`;
  return /\b40[13]\b|permission|denied|forbidden|unauthori[sz]ed/i.test(type) ? 'refused' : 'failed';
}

/** Nanoseconds come as text, since a number of JSON cannot hold them. */
function milliseconds(value: unknown): number | undefined {
  const written = text(value) ?? (typeof value === 'number' ? String(value) : '');
  return /^\d{16,20}$/.test(written) ? Number(written.slice(0, -6)) : undefined;
}
