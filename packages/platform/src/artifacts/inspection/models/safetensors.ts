/** safetensors: a length, a JSON header, the data. What the reference reader refuses (safetensors/src/tensor.rs) is unsafe here. */
import { visit } from 'jsonc-parser';
import { record } from '../../../intake/foreign.ts';
import { type Bytes, Damaged, sizeAt } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';

/** The reference takes no longer header. */
const longestHeader = 100_000_000;
const bits: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
};

export function isSafetensors(head: Buffer, bytes: Bytes): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = head.readBigUInt64LE(0);
  // A length that lies is still one of ours: no text has zero bytes before a brace.
  return length > 0n && (length < BigInt(bytes.size) || head.subarray(0, 8).includes(0));
}

export function inspectSafetensors(inspection: Inspection, part: Part): void {
  const { bytes } = part;
  const unsafe = (offset: number, what: string) => inspection.say(part, 'unsafe', 'safetensors/header', offset, what);
  const length = sizeAt(bytes.read(0, 8), 0, 0);
  if (length > longestHeader) throw new Damaged(0, `Its header would have ${length} bytes.`);
  const raw = Buffer.from(bytes.read(8, length));
  const text = raw.toString('utf8');
  if (!Buffer.from(text).equals(raw)) throw new Damaged(8, 'Its header is no UTF-8.');
  const header = strictJson(text, (offset, key) =>
    unsafe(8 + offset, `Its header names ${JSON.stringify(key)} twice.`),
  );
  if (header === undefined) throw new Damaged(8, 'Its header is no JSON object.');
  const spans: { name: string; from: number; to: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (Object.values(record(value) ?? { '': 0 }).some((each) => typeof each !== 'string'))
        unsafe(8, 'Its metadata are not all text.');
      continue;
    }
    const { dtype, shape, data_offsets: offsets, ...others } = record(value) ?? {};
    const size = typeof dtype === 'string' && Object.hasOwn(bits, dtype) ? bits[dtype] : undefined;
    if (
      size === undefined ||
      !isCounts(shape) ||
      !isCounts(offsets) ||
      offsets.length !== 2 ||
      Object.keys(others).length > 0
    ) {
      unsafe(8, `The tensor ${JSON.stringify(name)} is not described as it must be.`);
      continue;
    }
    const [from = 0, to = 0] = offsets;
    const wants = shape.reduce((total, each) => total * each, size) / 8;
    if (to < from || to - from !== wants)
      unsafe(8, `The tensor ${JSON.stringify(name)} has ${to - from} bytes, and its shape says ${wants}.`);
    spans.push({ name, from, to });
  }
  let at = 0;
  for (const { name, from, to } of spans.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== at)
      unsafe(
        8,
        `The tensor ${JSON.stringify(name)} ${from < at ? 'lies over another one' : 'leaves bytes that belong to no tensor'}.`,
      );
    at = Math.max(at, to);
  }
  if (8 + length + at !== bytes.size)
    throw new Damaged(
      Math.min(8 + length + at, bytes.size),
      `Its tensors end at byte ${8 + length + at}, the file at ${bytes.size}.`,
    );
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((each) => typeof each === 'number' && Number.isSafeInteger(each) && each >= 0)
  );
}

/** JSON as a strict reader takes it; keys that come twice are told. @returns undefined when it is no object */
export function strictJson(
  text: string,
  twice: (offset: number, key: string) => void,
): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key, offset) {
      const keys = open.at(-1);
      if (keys?.has(key)) twice(offset, key);
      keys?.add(key);
    },
  });
  return record(value);
}
