/**
 * OTLP's protobuf → OTLP/JSON, and its answers back. A reader of our own and not a library, because what comes in is hostile and
 * large: it knows only the fields that something here reads, builds nothing for the others, stops at a number of messages and at a
 * depth, and never looks at a byte twice.
 *
 * What must stay true: the JSON is what an OTLP/JSON exporter writes of the same span. Ids are lower-case hex, 64-bit numbers are
 * text, bytes are base64, enums are numbers. `wire.test.ts` holds it against the exporters of OpenTelemetry itself.
 *
 * Source: opentelemetry-proto 1.9 (common, resource, trace, logs, metrics, collector) and the protobuf encoding guide. A field
 * of one message that comes twice is taken as the later one; protobuf would merge them, and no exporter writes that.
 */
type Scalar = 'string' | 'hex' | 'base64' | 'bool' | 'enum' | 'int64' | 'fixed64' | 'double';
interface Field {
  readonly name: string;
  readonly is: Scalar | (() => Message);
  readonly many?: true;
}
type Message = Readonly<Record<number, Field>>;
type Json = Record<string, unknown>;

export type OtlpSignal = 'traces' | 'logs' | 'metrics';

/** What cannot be read as OTLP. The text is ours and says no foreign word. */
export class MalformedOtlp extends Error {}

const mostMessages = 1_000_000;
const deepest = 64;

const keyValue: Message = { 1: { name: 'key', is: 'string' }, 2: { name: 'value', is: () => anyValue } };
const anyValue: Message = {
  1: { name: 'stringValue', is: 'string' },
  2: { name: 'boolValue', is: 'bool' },
  3: { name: 'intValue', is: 'int64' },
  4: { name: 'doubleValue', is: 'double' },
  5: { name: 'arrayValue', is: () => ({ 1: { name: 'values', is: () => anyValue, many: true } }) },
  6: { name: 'kvlistValue', is: () => ({ 1: { name: 'values', is: () => keyValue, many: true } }) },
  7: { name: 'bytesValue', is: 'base64' },
};
const attributes: Field = { name: 'attributes', is: () => keyValue, many: true };
const resource: Field = { name: 'resource', is: () => ({ 1: attributes }) };
const scope: Field = {
  name: 'scope',
  is: () => ({ 1: { name: 'name', is: 'string' }, 2: { name: 'version', is: 'string' }, 3: attributes }),
};
const span: Message = {
  1: { name: 'traceId', is: 'hex' },
  2: { name: 'spanId', is: 'hex' },
  3: { name: 'traceState', is: 'string' },
  4: { name: 'parentSpanId', is: 'hex' },
  5: { name: 'name', is: 'string' },
  6: { name: 'kind', is: 'enum' },
  7: { name: 'startTimeUnixNano', is: 'fixed64' },
  8: { name: 'endTimeUnixNano', is: 'fixed64' },
  9: attributes,
  11: {
    name: 'events',
    is: () => ({ 1: { name: 'timeUnixNano', is: 'fixed64' }, 2: { name: 'name', is: 'string' }, 3: attributes }),
    many: true,
  },
  13: {
    name: 'links',
    is: () => ({ 1: { name: 'traceId', is: 'hex' }, 2: { name: 'spanId', is: 'hex' }, 4: attributes }),
    many: true,
  },
  15: { name: 'status', is: () => ({ 2: { name: 'message', is: 'string' }, 3: { name: 'code', is: 'enum' } }) },
};
const logRecord: Message = {
  1: { name: 'timeUnixNano', is: 'fixed64' },
  2: { name: 'severityNumber', is: 'enum' },
  3: { name: 'severityText', is: 'string' },
  5: { name: 'body', is: () => anyValue },
  6: attributes,
  9: { name: 'traceId', is: 'hex' },
  10: { name: 'spanId', is: 'hex' },
  11: { name: 'observedTimeUnixNano', is: 'fixed64' },
  12: { name: 'eventName', is: 'string' },
};
/** Of metrics nothing is read but how many points there are. */
const dataPoints = (name: string): Field => ({
  name,
  is: () => ({ 1: { name: 'dataPoints', is: () => ({}), many: true } }),
});
const metric: Message = {
  5: dataPoints('gauge'),
  7: dataPoints('sum'),
  9: dataPoints('histogram'),
  10: dataPoints('exponentialHistogram'),
  11: dataPoints('summary'),
};

function request(of: string, inScope: string, item: Message): Message {
  const scoped: Field = {
    name: `scope${of}`,
    is: () => ({ 1: scope, 2: { name: inScope, is: () => item, many: true } }),
    many: true,
  };
  return { 1: { name: `resource${of}`, is: () => ({ 1: resource, 2: scoped }), many: true } };
}
const requests: Readonly<Record<OtlpSignal, Message>> = {
  traces: request('Spans', 'spans', span),
  logs: request('Logs', 'logRecords', logRecord),
  metrics: request('Metrics', 'metrics', metric),
};

/** The request of an exporter as OTLP/JSON. @throws MalformedOtlp */
export function readOtlp(bytes: Uint8Array, signal: OtlpSignal): Json {
  return new Reader(bytes).message(requests[signal], bytes.byteLength, 0);
}

const utf8 = new TextDecoder();

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #left = mostMessages;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(fields: Message, end: number, depth: number): Json {
    this.#left -= 1;
    if (this.#left < 0) throw new MalformedOtlp(`It holds more than ${mostMessages} messages.`);
    if (depth > deepest) throw new MalformedOtlp(`It nests more than ${deepest} deep.`);
    const read: Json = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      const number = Number(tag >> 3n);
      const wire = Number(tag & 7n);
      const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
      const value = field === undefined ? this.#skip(wire, end) : this.#value(field, wire, end, depth);
      if (field === undefined) continue;
      if (field.many === true) {
        const list = (read[field.name] ?? []) as unknown[];
        list.push(value);
        read[field.name] = list;
      } else read[field.name] = value;
    }
    if (this.#at !== end) throw new MalformedOtlp('A field is longer than its message.');
    return read;
  }

  #value({ is }: Field, wire: number, end: number, depth: number): unknown {
    if (is === 'bool' || is === 'enum' || is === 'int64') {
      this.#mustBe(wire, 0);
      const value = this.#varint(end);
      return is === 'bool'
        ? value !== 0n
        : is === 'enum'
          ? Number(BigInt.asIntN(32, value))
          : BigInt.asIntN(64, value).toString();
    }
    if (is === 'fixed64' || is === 'double') {
      this.#mustBe(wire, 1);
      const from = this.#take(8, end);
      return is === 'double'
        ? asJson(this.#view.getFloat64(from, true))
        : this.#view.getBigUint64(from, true).toString();
    }
    this.#mustBe(wire, 2);
    const length = Number(this.#varint(end));
    const from = this.#at;
    this.#take(length, end);
    if (typeof is === 'function') {
      this.#at = from;
      return this.message(is(), from + length, depth + 1);
    }
    const bytes = this.#bytes.subarray(from, from + length);
    return is === 'string' ? utf8.decode(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, length).toString(is);
  }

  #skip(wire: number, end: number): void {
    if (wire === 0) this.#varint(end);
    else if (wire === 1) this.#take(8, end);
    else if (wire === 2) this.#take(Number(this.#varint(end)), end);
    else if (wire === 5) this.#take(4, end);
    else throw new MalformedOtlp('It has a field of no known wire type.');
  }

  #mustBe(wire: number, wanted: number): void {
    if (wire !== wanted) throw new MalformedOtlp('A field has another type than OTLP says.');
  }

  /** @returns where the bytes begin */
  #take(length: number, end: number): number {
    const from = this.#at;
    if (length > end - from) throw new MalformedOtlp('It is cut off.');
    this.#at = from + length;
    return from;
  }

  #varint(end: number): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || this.#at >= end) throw new MalformedOtlp('It is cut off.');
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedOtlp('A number is longer than 64 bits.');
  }
}

/** JSON has no word for these; protobuf's JSON writes them as text. */
function asJson(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

export interface PartialSuccess {
  readonly rejected: number;
  readonly errorMessage: string;
}

/** `Export…ServiceResponse` with its partial success; all was taken when there is none. */
export function writeOtlpAnswer(partial: PartialSuccess | undefined): Buffer {
  if (partial === undefined) return Buffer.alloc(0);
  const message = Buffer.from(partial.errorMessage);
  const inside = Buffer.concat([
    Buffer.from([0x08, ...varint(partial.rejected)]),
    Buffer.from([0x12, ...varint(message.byteLength)]),
    message,
  ]);
  return Buffer.concat([Buffer.from([0x0a, ...varint(inside.byteLength)]), inside]);
}

/** `google.rpc.Status`, in which OTLP tells of what it refused. */
export function writeOtlpStatus(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from([0x12, ...varint(bytes.byteLength)]), bytes]);
}

function* varint(value: number): Generator<number> {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) yield (rest % 128) | 0x80;
  yield rest;
}
