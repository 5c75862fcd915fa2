/** OpenTelemetry's own SDK and exporters, from instrumented code into a real server. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promptTextOf } from '../../packages/platform/src/events/prompt-text.ts';
import { toolCallOf } from '../../packages/platform/src/events/tool-call.ts';
import { type Served, served } from './served.ts';

let server: Served;
let headers: Record<string, string>;
beforeAll(async () => {
  server = await served();
  headers = { Authorization: `Bearer ${server.token}` };
});
afterAll(() => server.close());

const resourceOf = (name: string) =>
  resourceFromAttributes({ 'service.name': name, 'k8s.namespace.name': 'agents', 'k8s.pod.name': 'assistant-0' });

/** An agent's turn: it asks a model, then runs a tool of an MCP server; and something that is none of our business. */
async function turn(name: string, exporter: SpanExporter): Promise<void> {
  const provider = new TracerProvider({
    resource: resourceOf(name),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('assistant');
  const chat = tracer.startSpan('chat gpt', { kind: SpanKind.CLIENT });
  chat.setAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt',
    'gen_ai.conversation.id': `talk-${name}`,
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'hällo' }] }]),
  });
  chat.end();
  const tool = tracer.startSpan('tools/call search', { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), chat));
  tool.setAttributes({
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'search',
    'gen_ai.tool.call.arguments': JSON.stringify({ query: 'salaries' }),
    'gen_ai.conversation.id': `talk-${name}`,
    'server.address': 'tools.example.com',
    'server.port': 8000,
    'error.type': '403',
  });
  tool.setStatus({ code: SpanStatusCode.ERROR, message: 'not yours' });
  tool.end();
  tracer.startSpan('GET /healthz').end();
  await provider.forceFlush();
  await provider.shutdown();
}
test.each([
  ['protobuf', () => new ProtobufExporter({ url: `${server.address}/v1/traces`, headers })],
  [
    'protobuf, packed',
    () => new ProtobufExporter({ url: `${server.address}/v1/traces`, headers, compression: 'gzip' as never }),
  ],
  ['JSON', () => new JsonExporter({ url: `${server.address}/v1/traces`, headers })],
] as const)('spans by %s', async (name, exporter) => {
  await turn(name, exporter());
  const kept = await server.kept(2, ({ event }) => event.system === name);
  expect(kept).toHaveLength(2);
  const [chat, call] = kept.toSorted((a, b) => a.event.operation.localeCompare(b.event.operation));
  expect(chat?.event).toMatchObject({
    operation: 'chat gpt',
    actor: { id: 'kubernetes:Pod/agents/assistant-0', session: `talk-${name}` },
    outcome: 'done',
    timeIs: 'told',
  });
  expect(promptTextOf(chat?.raw)).toMatchObject([{ role: 'user', text: 'hällo' }]);
  expect(call?.event).toMatchObject({
    operation: 'tools/call search',
    targets: ['agent:McpServer/tools.example.com:8000', 'agent:Tool/tools.example.com:8000/search'],
    outcome: 'refused',
    reason: 'not yours',
  });
  expect(toolCallOf(call?.raw)).toMatchObject({ name: 'search', arguments: { query: 'salaries' } });
});

test('log records: events of models, and an audit event that a collector hands on', async () => {
  const exporter = new OTLPLogExporter({ url: `${server.address}/v1/logs`, headers });
  const provider = new LoggerProvider({
    resource: resourceOf('logs'),
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger('assistant');
  logger.emit({
    eventName: 'gen_ai.user.message',
    body: { content: 'hello' },
    attributes: { 'gen_ai.system': 'openai' },
  });
  const audit = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: 'by-a-collector',
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'system:serviceaccount:prod:web' },
    objectRef: { resource: 'secrets', namespace: 'prod', name: 'key' },
    responseStatus: { code: 200 },
  };
  logger.emit({ body: JSON.stringify(audit) });
  logger.emit({ body: 'a line of some program' });
  await provider.forceFlush();
  await provider.shutdown();
  const [message] = await server.kept(1, ({ event }) => event.source.format === 'otlp-logs');
  expect(promptTextOf(message?.raw)).toMatchObject([{ role: 'user', text: 'hello' }]);
  const [kept] = await server.kept(1, ({ event }) => event.id === 'kubernetes-audit/by-a-collector');
  expect(kept?.event).toMatchObject({ actor: { id: 'kubernetes:ServiceAccount/prod/web' }, operation: 'get secrets' });
});

test('without the right to send nothing comes in, and the exporter is told', async () => {
  const headers = { Authorization: 'Bearer no' };
  const exporter = new ProtobufExporter({ url: `${server.address}/v1/traces`, headers });
  const codes: number[] = [];
  await turn('stranger', {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        codes.push(result.code);
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
  });
  expect(codes).toEqual([1]);
  expect(await server.kept(0, ({ event }) => event.system === 'stranger')).toEqual([]);
});
