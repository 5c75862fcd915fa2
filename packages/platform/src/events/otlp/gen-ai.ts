/**
 * What attributes about generative AI and MCP say happened, in the names of the semantic conventions, of those before them, and of the
 * instrumentations that have names of their own (OpenLLMetry, OpenInference, the AI SDK).
 *
 * An agent's name is no identity: only what the resource says of its pod is a node, and a server by its address.
 */
import { kubernetesId, litellmId, type NormalEvent, serverName } from '@firebreak/contract';
import { told } from '../told.ts';
import { namesOfTools } from '../tool-call.ts';
import { type Attributes, textOf } from './attributes.ts';

const operations: Readonly<Record<string, NormalEvent['activity']>> = {
  chat: 'execute',
  completion: 'execute',
  text_completion: 'execute',
  generate_content: 'execute',
  invoke_agent: 'execute',
  invoke_workflow: 'execute',
  create_agent: 'change',
  execute_tool: 'execute',
  embeddings: 'read',
  retrieval: 'read',
  'tools/call': 'execute',
  'tools/list': 'read',
  'resources/read': 'read',
  'resources/list': 'read',
  'prompts/get': 'read',
  initialize: 'authenticate',
  // LiteLLM's own words.
  acompletion: 'execute',
  atext_completion: 'execute',
  responses: 'execute',
  aresponses: 'execute',
  anthropic_messages: 'execute',
  call_mcp_tool: 'execute',
  embedding: 'read',
  aembedding: 'read',
};
/** Kinds of spans of OpenInference and OpenLLMetry, in the words of the conventions. */
const kinds: Readonly<Record<string, string>> = {
  llm: 'chat',
  tool: 'execute_tool',
  agent: 'invoke_agent',
  workflow: 'invoke_workflow',
  retriever: 'retrieval',
  embedding: 'embeddings',
};

/** Undefined for what is about neither. */
export function operationOf(attributes: Attributes): string | undefined {
  const named = textOf(attributes, 'gen_ai.operation.name', 'mcp.method.name', 'mcp.method', 'llm.request.type');
  if (named !== undefined) return named;
  const kind = textOf(attributes, 'openinference.span.kind', 'traceloop.span.kind')?.toLowerCase() ?? '';
  if (Object.hasOwn(kinds, kind)) return kinds[kind];
  if (attributes.has('ai.toolCall.name')) return 'execute_tool';
  return attributes.has('gen_ai.system') || attributes.has('gen_ai.provider.name') ? 'chat' : undefined;
}

export function activityOf(operation: string): NormalEvent['activity'] {
  return Object.hasOwn(operations, operation) ? (operations[operation] ?? 'other') : 'other';
}

const models = ['gen_ai.request.model', 'gen_ai.response.model', 'llm.request.model', 'llm.model_name', 'ai.model.id'];

/** The tool, the model or the resource. */
export function subjectOf(attributes: Attributes): string | undefined {
  const tool = textOf(attributes, ...namesOfTools.filter((name) => name !== 'traceloop.entity.name'));
  return tool ?? textOf(attributes, ...models, 'mcp.resource.uri', 'traceloop.entity.name', 'gen_ai.agent.name');
}

export function actorOf(attributes: Attributes, resource: Attributes, trace: string | undefined): NormalEvent['actor'] {
  const namespace = textOf(resource, 'k8s.namespace.name');
  const pod = textOf(resource, 'k8s.pod.name');
  const container = textOf(resource, 'k8s.container.name');
  const id = namespace === undefined || pod === undefined ? undefined : kubernetesId('Pod', namespace, pod);
  // Spans of a LiteLLM proxy: the virtual key by its hash, as its own log has it.
  const key = textOf(attributes, 'metadata.user_api_key_hash') ?? '';
  const sessions = [
    'gen_ai.conversation.id',
    'mcp.session.id',
    'session.id',
    'traceloop.association.properties.session_id',
  ];
  return {
    name:
      textOf(attributes, 'gen_ai.agent.name', 'metadata.user_api_key_alias') ??
      textOf(resource, 'service.name') ??
      'nobody named',
    ...told({
      id,
      credential: /^[0-9a-f]{64}$/.test(key) ? litellmId('Key', key) : undefined,
      also:
        id === undefined || container === undefined
          ? undefined
          : [`kubernetes:Container/${namespace}/${pod}/${container}`],
      session: textOf(attributes, ...sessions) ?? trace,
      address: textOf(attributes, 'client.address'),
      agent: textOf(attributes, 'gen_ai.agent.version') ?? textOf(resource, 'telemetry.sdk.name'),
    }),
  };
}

/** The server that was called, and its tool. */
export function targetsOf(attributes: Attributes, operation: string): string[] {
  const isMcp = attributes.has('mcp.method.name') || attributes.has('mcp.method') || operation === 'execute_tool';
  const url =
    textOf(attributes, 'url.full') ?? urlOf(textOf(attributes, 'server.address'), textOf(attributes, 'server.port'));
  const server = url === undefined ? undefined : serverName(url);
  if (!isMcp || server === undefined) return [];
  const tool = textOf(attributes, 'gen_ai.tool.name', 'mcp.tool.name');
  return [`agent:McpServer/${server}`, ...(tool === undefined ? [] : [`agent:Tool/${server}/${tool}`])];
}

function urlOf(host: string | undefined, port: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (/^https?:\/\//.test(host)) return host;
  return port === '443' || port === undefined ? `https://${host}` : `http://${host}:${port}`;
}

/** Nanoseconds come as text, since a number of JSON cannot hold them. @returns milliseconds since 1970 */
export function millisecondsOf(nanoseconds: unknown): number | undefined {
  const written =
    typeof nanoseconds === 'string' ? nanoseconds : typeof nanoseconds === 'number' ? String(nanoseconds) : '';
  return /^\d{16,20}$/.test(written) ? Number(written.slice(0, -6)) : undefined;
}
