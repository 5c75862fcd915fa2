/** What detectors read of tool calls and prompts, from telemetry as each instrumentation writes it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { promptTextOf } from './prompt-text.ts';
import { toolCallOf } from './tool-call.ts';

const attributes = (told: Readonly<Record<string, unknown>>) =>
  Object.entries(told).map(([key, value]) => ({ key, value: anyValue(value) }));
function anyValue(value: unknown): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: attributes(value as Record<string, unknown>) } };
}
const span = (told: Readonly<Record<string, unknown>>, events: readonly unknown[] = []) => ({
  resource: [],
  span: { traceId: 't', spanId: 's', attributes: attributes(told), events },
});
const brief = (raw: unknown) => promptTextOf(raw).map(({ role, text }) => `${role}: ${text}`);

describe('tool calls', () => {
  const call = { arguments: { path: '/etc' }, result: { text: 'a' } };
  test.each([
    [
      'GenAI conventions',
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'read',
        'gen_ai.tool.call.id': '7',
        'gen_ai.tool.call.arguments': call.arguments,
        'gen_ai.tool.call.result': call.result,
      },
    ],
    [
      'MCP conventions, JSON in texts',
      {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'read',
        'gen_ai.tool.call.id': '7',
        'gen_ai.tool.call.arguments': '{"path":"/etc"}',
        'gen_ai.tool.call.result': '{"text":"a"}',
      },
    ],
    [
      'OpenLLMetry',
      {
        'traceloop.span.kind': 'tool',
        'traceloop.entity.name': 'read',
        'tool_call.id': '7',
        'traceloop.entity.input': '{"path":"/etc"}',
        'traceloop.entity.output': '{"text":"a"}',
      },
    ],
    [
      'OpenInference',
      {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'read',
        'tool_call.id': '7',
        'input.value': '{"path":"/etc"}',
        'output.value': '{"text":"a"}',
      },
    ],
    [
      'AI SDK',
      {
        'ai.toolCall.name': 'read',
        'ai.toolCall.id': '7',
        'ai.toolCall.args': '{"path":"/etc"}',
        'ai.toolCall.result': '{"text":"a"}',
      },
    ],
  ])('%s', (_, told) => expect(toolCallOf(span(told))).toEqual({ name: 'read', server: undefined, id: '7', ...call }));

  test('LiteLLM tells of calls at its MCP gateway', () => {
    const metadata = { mcp_tool_call_metadata: { name: 'read', mcp_server_name: 'files', ...call } };
    expect(toolCallOf({ id: 'x', metadata })).toEqual({ name: 'read', server: 'files', id: undefined, ...call });
  });

  test('so do its spans', () => {
    const told = {
      'metadata.mcp_tool_call_metadata': JSON.stringify({ name: 'read', mcp_server_name: 'files', ...call }),
    };
    expect(toolCallOf(span(told))).toEqual({ name: 'read', server: 'files', id: undefined, ...call });
  });

  test('a reply that asks for a tool, and events of others, are no calls', () => {
    expect(toolCallOf(span({ 'gen_ai.operation.name': 'chat', 'gen_ai.tool.name': 'read' }))).toBeUndefined();
    expect(toolCallOf({ kind: 'Event', verb: 'get' })).toBeUndefined();
  });

  test('what nests too deeply stays a text', () => {
    const deep = `{"a":${'['.repeat(500)}${']'.repeat(500)}}`;
    const told = { 'mcp.method.name': 'tools/call', 'mcp.tool.name': 'x', 'gen_ai.tool.call.arguments': deep };
    expect(toolCallOf(span(told))?.arguments).toBe(deep);
  });
});

describe('prompts', () => {
  const said = ['system: be kind', 'user: hello', 'tool: 42', 'assistant: hi'];
  test('messages of the GenAI conventions, as attributes and as JSON', () => {
    const told = {
      'gen_ai.system_instructions': [{ type: 'text', content: 'be kind' }],
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'text', content: 'hello' }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: '1', response: '42' }] },
      ],
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'hi' }] }],
    };
    expect(brief(span(told))).toEqual(said);
    const json = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, JSON.stringify(value)]));
    expect(brief(span(json))).toEqual(said);
  });
  test('one attribute a message', () => {
    for (const [prompt, completion, content] of [
      ['gen_ai.prompt', 'gen_ai.completion', 'content'],
      ['llm.input_messages', 'llm.output_messages', 'message.content'],
    ]) {
      const role = content?.replace('content', 'role');
      const told = {
        [`${prompt}.0.${role}`]: 'system',
        [`${prompt}.0.${content}`]: 'be kind',
        [`${prompt}.1.${role}`]: 'user',
        [`${prompt}.1.${content}`]: 'hello',
        [`${prompt}.2.${role}`]: 'tool',
        [`${prompt}.2.${content}`]: '42',
        [`${completion}.0.${content}`]: 'hi',
      };
      expect(brief(span(told))).toEqual(said);
    }
  });
  test('events on spans, old and older', () => {
    const events = [
      {
        name: 'gen_ai.system.message',
        attributes: attributes({ 'gen_ai.event.content': '{"content":"be kind","role":"system"}' }),
      },
      {
        name: 'gen_ai.content.prompt',
        attributes: attributes({ 'gen_ai.prompt': '[{"role":"user","content":"hello"}]' }),
      },
      { name: 'gen_ai.tool.message', attributes: attributes({ content: '42' }) },
      { name: 'gen_ai.content.completion', attributes: attributes({ 'gen_ai.completion': 'hi' }) },
    ];
    expect(brief(span({}, events))).toEqual(said);
  });
  test('log records', () => {
    const log = (eventName: string, body: object) => ({ resource: [], log: { eventName, body: anyValue(body) } });
    expect(brief(log('gen_ai.user.message', { content: 'hello' }))).toEqual(['user: hello']);
    expect(brief(log('gen_ai.choice', { index: 0, message: { role: 'assistant', content: 'hi' } }))).toEqual([
      'assistant: hi',
    ]);
    const details = { 'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'hello' }] }] };
    expect(brief(log('gen_ai.client.inference.operation.details', details))).toEqual(['user: hello']);
  });
  test('what came by retrieval and from tools is told apart', () => {
    const retrieval = { 'openinference.span.kind': 'RETRIEVER', 'retrieval.documents.0.document.content': 'page' };
    expect(brief(span(retrieval))).toEqual(['document: page']);
    const tool = { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'x', 'traceloop.entity.output': 'page' };
    expect(brief(span(tool))).toEqual(['tool: page']);
  });
  test('LiteLLM, and bodies of the usual APIs', () => {
    const messages = [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
      { role: 'tool', tool_call_id: '1', content: '42' },
    ];
    const response = { choices: [{ message: { role: 'assistant', content: 'hi' } }] };
    expect(brief({ call_type: 'acompletion', messages, response })).toEqual(said);
    expect(brief({ request_body: JSON.stringify({ model: 'm', messages }), response_body: response })).toEqual(said);
    expect(brief({ verb: 'get', system: 'kubernetes', prompt: 'x' })).toEqual([]);
  });
  test('bounded: much is cut', () => {
    const texts = promptTextOf({
      messages: Array.from({ length: 5000 }, (_, i) => ({ role: 'user', content: `${i} ${'x'.repeat(5000)}` })),
    });
    expect(texts.length).toBeLessThanOrEqual(500);
    expect(texts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(1 << 21);
  });
});

test('whatever was recorded, nothing is thrown', () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }));
  const names = [
    'gen_ai.operation.name',
    'gen_ai.tool.name',
    'gen_ai.input.messages',
    'gen_ai.prompt.0.content',
    'input.value',
  ];
  const list = fc.array(
    fc.record({
      key: fc.constantFrom(...names),
      value: fc.dictionary(fc.constantFrom('stringValue', 'kvlistValue', 'arrayValue', 'intValue'), value),
    }),
  );
  const junk = fc.oneof(
    fc.record({ resource: value, span: fc.record({ attributes: list, events: value }) }),
    fc.record({
      resource: value,
      log: fc.record({ attributes: list, body: value, eventName: fc.constantFrom('gen_ai.choice', 'x') }),
    }),
    fc.record({ messages: value, response: value, metadata: fc.record({ mcp_tool_call_metadata: value }) }),
    value,
  );
  fc.assert(
    fc.property(junk, (raw) => {
      toolCallOf(raw);
      promptTextOf(raw);
    }),
    { numRuns: 1500 },
  );
});
