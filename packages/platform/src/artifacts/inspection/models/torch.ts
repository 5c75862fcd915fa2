/**
 * What PyTorch writes. New: a ZIP with `<name>/data.pkl` and a member per storage. Old (before 1.6): pickles in a row (a magic
 * number, a protocol, facts of the system, the object, the keys of its storages), then the storages. `torch.load` tells them apart
 * by content, so must we (GHSA-9gvj-pp9x-gcfr, GHSA-769v-p64c-89pr).
 */
import { Damaged, sizeAt } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { inspectPickle, type PickleWish } from '../pickle/inspect-pickle.ts';
import { isThing, shownValue, type Value } from '../pickle/values.ts';

/** torch/serialization.py: MAGIC_NUMBER, as LONG1 of ten bytes. */
const magic = 0x1950a86a20f9469cfc6cn;
const version = 1001;

const elementBytes: Readonly<Record<string, number>> = {
  Float: 4,
  Double: 8,
  Half: 2,
  BFloat16: 2,
  Long: 8,
  Int: 4,
  Short: 2,
  Char: 1,
  Byte: 1,
  Bool: 1,
  ComplexFloat: 8,
  ComplexDouble: 16,
  Untyped: 1,
  QInt8: 1,
  QUInt8: 1,
  QInt32: 4,
};

export interface Storage {
  readonly key: string;
  readonly bytes: number;
}

/** Collects storages from persistent ids: `('storage', type, key, location, elements)`, with a view as sixth in old files. */
export function storageReader(): { storages: Map<string, Storage>; persistent: NonNullable<PickleWish['persistent']> } {
  const storages = new Map<string, Storage>();
  return {
    storages,
    persistent(id: Value) {
      const items = isThing(id, 'tuple') ? id.items : [];
      const [kind, type, key, location, elements] = items;
      const name =
        isThing(type, 'reference') && type.module.startsWith('torch')
          ? /^(\w+)Storage$/.exec(type.name)?.[1]
          : undefined;
      const size = name === undefined ? undefined : elementBytes[name];
      if (
        kind !== 'storage' ||
        size === undefined ||
        typeof key !== 'string' ||
        !/^[\w.-]{1,200}$/.test(key) ||
        key.startsWith('.') ||
        typeof location !== 'string' ||
        typeof elements !== 'number' ||
        elements < 0
      )
        return `A persistent object is no storage of PyTorch: ${shownValue(id)}.`;
      const bytes = elements * size;
      const before = storages.get(key);
      if (before !== undefined && before.bytes !== bytes) return `The storage ${key} has two lengths.`;
      storages.set(key, { key, bytes });
      return undefined;
    },
  };
}

/** Whether pickles begin as an old file of PyTorch does. */
export function isOldTorch(head: Buffer): boolean {
  return head.subarray(0, 16).includes(Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex'));
}

export function inspectOldTorch(inspection: Inspection, part: Part, wish: PickleWish): void {
  const { bytes } = part;
  const first = inspectPickle(inspection, part, 0, wish);
  const second = inspectPickle(inspection, part, first.end, wish);
  if (first.result !== magic || second.result !== version)
    throw new Damaged(0, 'It begins as an old file of PyTorch, with other numbers.');
  const system = inspectPickle(inspection, part, second.end, wish);
  const { storages, persistent } = storageReader();
  const object = inspectPickle(inspection, part, system.end, { ...wish, persistent });
  const keys = inspectPickle(inspection, part, object.end, wish);
  if (!isThing(keys.result, 'list')) throw new Damaged(object.end, 'The list of storages is none.');
  let at = keys.end;
  const { items, count } = keys.result;
  if (
    count !== storages.size ||
    (count === items.length && items.some((key) => typeof key !== 'string' || !storages.has(key)))
  )
    inspection.say(part, 'unsafe', 'torch/storage', object.end, 'The list of storages is not that of the object.');
  // Of long lists only the beginning is kept: then the lengths alone are compared, each from where it stands.
  for (let number = 0; number < count; number += 1) {
    const key = items[number];
    const elements = sizeAt(bytes.read(at, 8), 0, at);
    const expected = typeof key === 'string' ? storages.get(key)?.bytes : undefined;
    if (expected === undefined) {
      inspection.say(part, 'cannot-tell', 'torch/storage', at, 'It has more storages than are followed.');
      return;
    }
    if (expected % Math.max(1, elements) !== 0 && elements !== 0)
      inspection.say(
        part,
        'unsafe',
        'torch/storage',
        at,
        `The storage ${key} has another length than its tensors say.`,
      );
    at += 8 + expected;
    if (at > bytes.size) throw new Damaged(bytes.size, `The storage ${key} is cut off.`);
  }
  if (at !== bytes.size)
    inspection.say(part, 'unsafe', 'torch/trailing', at, `${bytes.size - at} bytes follow after its storages.`);
}
