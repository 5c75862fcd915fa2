/** Writes pickles operation by operation, ZIP files with headers that lie, and protobuf messages: what no library would write. */
import { crc32, deflateRawSync } from 'node:zlib';

const bytesOf = (...parts: (number | string | Uint8Array)[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.from([part]) : typeof part === 'string' ? Buffer.from(part) : part,
    ),
  );
export const u16 = (value: number) => {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
};
export const u32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};
export const u64 = (value: number | bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};

/** Operations of pickle that scenarios are made of. */
export const op = {
  proto: (version: number) => bytesOf(0x80, version),
  frame: (length: number | bigint) => bytesOf(0x95, u64(length)),
  global: (module: string, name: string) => bytesOf(`c${module}\n${name}\n`),
  text: (value: string) => bytesOf(0x58, u32(Buffer.byteLength(value)), value),
  bytes: (value: Uint8Array) => bytesOf(0x42, u32(value.length), value),
  stackGlobal: (module: string, name: string) => bytesOf(op.text(module), op.text(name), 0x93),
  int: (value: number) => bytesOf(0x4a, u32(value >>> 0)),
  tuple: (...items: Uint8Array[]) => bytesOf('(', ...items, 't'),
  reduce: (callable: Uint8Array, ...args: Uint8Array[]) => bytesOf(callable, op.tuple(...args), 'R'),
  stop: bytesOf('.'),
  none: bytesOf('N'),
  join: bytesOf,
};

/** A whole pickle of protocol 4 that calls something. */
export function calling(module: string, name: string, ...args: Uint8Array[]): Buffer {
  const body = bytesOf(
    op.reduce(op.stackGlobal(module, name), ...(args.length === 0 ? [op.text('id')] : args)),
    op.stop,
  );
  return bytesOf(op.proto(4), op.frame(body.length), body);
}

export interface Member {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** What the header before the member says instead. */
  readonly localName?: string;
  readonly localFlags?: number;
  readonly localCrc?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly method?: number;
  readonly size?: number;
  readonly mode?: number;
}

export function zipOf(
  members: readonly Member[],
  otherwise: { prefix?: Uint8Array; suffix?: Uint8Array; between?: Uint8Array } = {},
): Buffer {
  const parts: Uint8Array[] = [otherwise.prefix ?? Buffer.alloc(0)];
  let at = 0;
  const table: Buffer[] = [];
  for (const {
    name,
    data,
    deflate,
    localName,
    localFlags,
    localCrc,
    flags = 0,
    crc,
    method,
    size,
    mode = 0,
  } of members) {
    const packed = deflate ? deflateRawSync(data) : data;
    const how = method ?? (deflate ? 8 : 0);
    const sum = crc ?? crc32(data);
    const lengths = (check: number) => bytesOf(u32(check), u32(packed.length), u32(size ?? data.length));
    const before = localName ?? name;
    const local = bytesOf(
      'PK\x03\x04',
      u16(20),
      u16(localFlags ?? flags),
      u16(how),
      u32(0),
      lengths(localCrc ?? sum),
      u16(Buffer.byteLength(before)),
      u16(0),
      before,
    );
    table.push(
      bytesOf(
        'PK\x01\x02',
        u16(0x0314),
        u16(20),
        u16(flags),
        u16(how),
        u32(0),
        lengths(sum),
        u16(Buffer.byteLength(name)),
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        u32((mode << 16) >>> 0),
        u32(at),
        name,
      ),
    );
    parts.push(local, packed);
    at += local.length + packed.length;
  }
  const between = otherwise.between ?? Buffer.alloc(0);
  parts.push(between);
  at += between.length;
  const directory = Buffer.concat(table);
  const end = bytesOf(
    'PK\x05\x06',
    u32(0),
    u16(members.length),
    u16(members.length),
    u32(directory.length),
    u32(at),
    u16(0),
  );
  return Buffer.concat([...parts, directory, end, otherwise.suffix ?? Buffer.alloc(0)]);
}

/** A tar file (POSIX ustar) of members as they are given. */
export function tarOf(
  members: readonly {
    readonly name: string;
    readonly data: Uint8Array;
    readonly type?: string;
    readonly to?: string;
  }[],
): Buffer {
  const parts = members.flatMap(({ name, data, type = '0', to = '' }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
    header.write(data.length.toString(8).padStart(11, '0'), 124);
    header.write('00000000000', 136);
    header.write(`        ${type}${to}`, 148);
    header.write('ustar\u000000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

export type Message = readonly (readonly [number, number | string | Uint8Array | Message])[];

export function protobuf(fields: Message): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return bytesOf(varint(number * 8), varint(value));
      const data =
        typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : protobuf(value);
      return bytesOf(varint(number * 8 + 2), varint(data.length), data);
    }),
  );
}
