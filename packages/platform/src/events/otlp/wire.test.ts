/** Our reader of OTLP's protobuf against what OpenTelemetry's own exporters write, and against what a liar would send. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MalformedOtlp, readOtlp, writeOtlpAnswer, writeOtlpStatus } from './wire.ts';

let server: Server;
let url: string;
const bodies = new Map<string, Buffer>();
beforeAll(async () => {
  server = createServer(async (request, response) => {
    bodies.set(request.url ?? '', await buffer(request));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const resource = resourceFromAttributes({ 'service.name': 'assistant', 'k8s.pod.name': 'a-0', ports: [1, 2] });

/** The JSON exporter writes small whole numbers as numbers, which OTLP allows as well. */
function asText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each) => (key === 'intValue' ? String(each) : each));
}
/** Members that nothing here reads, and those that protobuf leaves out because they are zero. */
function asRead(value: unknown): unknown {
  const unread = new Set(['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount', 'flags', 'schemaUrl']);
  return JSON.parse(JSON.stringify(value), (key, each) =>
    unread.has(key) || (Array.isArray(each) && each.length === 0) || (key === 'code' && each === 0) ? undefined : each,
  );
}

test('spans: protobuf says what OTLP/JSON says', async () => {
  const provider = new TracerProvider({
    resource,
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: new JsonExporter({ url: `${url}/json` }) }),
      new SimpleSpanProcessor({ exporter: new ProtobufExporter({ url: `${url}/protobuf` }) }),
    ],
  });
  const span = provider.getTracer('test', '1').startSpan('chat ü😀', { kind: SpanKind.CLIENT });
  span.setAttributes({
    text: 'ü😀',
    yes: true,
    no: false,
    small: 7,
    negative: -7,
    large: Number.MAX_SAFE_INTEGER,
    fraction: 0.1,
    list: ['a', 'b'],
    empty: '',
  });
  span.addEvent('gen_ai.user.message', { content: 'hello' });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
  span.end();
  await provider.forceFlush();
  await provider.shutdown();
  const json = JSON.parse(bodies.get('/json')?.toString() ?? '');
  const read = readOtlp(bodies.get('/protobuf') ?? Buffer.alloc(0), 'traces');
  expect(asRead(read)).toEqual(asRead(asText(json)));
  expect(JSON.stringify(read)).toContain('"intValue":"9007199254740991"');
});

test('log records', async () => {
  const provider = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/logs` }) })],
  });
  provider.getLogger('test').emit({
    eventName: 'gen_ai.user.message',
    body: { content: 'hello', parts: [{ deep: [1, null] }], bytes: new Uint8Array([1, 255]) },
    attributes: { 'gen_ai.system': 'openai' },
    severityText: 'INFO',
    timestamp: new Date('2026-11-20T10:00:00Z'),
  });
  await provider.forceFlush();
  await provider.shutdown();
  expect(readOtlp(bodies.get('/logs') ?? Buffer.alloc(0), 'logs')).toMatchObject({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'assistant' } }, {}, {}] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: '1795168800000000000',
                eventName: 'gen_ai.user.message',
                body: {
                  kvlistValue: {
                    values: [
                      { key: 'content', value: { stringValue: 'hello' } },
                      { key: 'parts' },
                      { key: 'bytes', value: { bytesValue: 'Af8=' } },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test('what is broken is refused in words', () => {
  const whole = bodies.get('/protobuf') ?? Buffer.alloc(0);
  expect(whole.byteLength).toBeGreaterThan(100);
  let refused = 0;
  for (let length = 1; length < whole.byteLength; length += 1)
    try {
      readOtlp(whole.subarray(0, length), 'traces');
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedOtlp);
      refused += 1;
    }
  expect(refused).toBe(whole.byteLength - 1);
  const nested = (depth: number): Buffer => {
    let value = Buffer.from([0x0a, 0x01, 0x78]);
    for (let level = 0; level < depth; level += 1) {
      const list = Buffer.concat([Buffer.from([0x0a]), length(value), value]);
      value = Buffer.concat([Buffer.from([0x2a]), length(list), list]);
    }
    return value;
  };
  const logWith = (body: Buffer) =>
    [0x2a, 0x12, 0x12, 0x0a].reduce((inside, tag) => Buffer.concat([Buffer.from([tag]), length(inside), inside]), body);
  expect(readOtlp(logWith(nested(20)), 'logs')).toBeDefined();
  expect(() => readOtlp(logWith(nested(2000)), 'logs')).toThrow('nests more than');
  expect(() => readOtlp(Buffer.alloc(4_000_000, Buffer.from([0x0a, 0x00])), 'traces')).toThrow('more than');
});

test('any bytes are OTLP or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('traces', 'logs', 'metrics'), (bytes, signal) => {
      try {
        readOtlp(bytes, signal);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedOtlp);
      }
    }),
    { numRuns: 5000 },
  );
});

test('answers', () => {
  expect(writeOtlpAnswer(undefined)).toHaveLength(0);
  expect(writeOtlpAnswer({ rejected: 300, errorMessage: 'no' }).toString('hex')).toBe('0a0708ac0212026e6f');
  expect(writeOtlpStatus('no').toString('hex')).toBe('12026e6f');
});

function length(bytes: Buffer): Buffer {
  const found: number[] = [];
  let rest = bytes.byteLength;
  for (; rest > 0x7f; rest >>= 7) found.push((rest & 0x7f) | 0x80);
  return Buffer.from([...found, rest]);
}
