/**
 * Inspects one file or one part of a container: what it is by content, what a loader of that format would do, and what is in it.
 * A file that can be read as two formats is unsafe: scanner and loader may choose differently.
 */
import { crc32 } from 'node:zlib';
import { field, record, text } from '../../intake/foreign.ts';
import { isAlsoLzma, unpackLzmaOfZip } from './archives/lzma-alone.ts';
import type { Unpacker } from './archives/stream.ts';
import { tarMembers } from './archives/tar.ts';
import { type Packing, unpacked } from './archives/unpack.ts';
import { type ZipMember, zipEnd, zipMembers } from './archives/zip.ts';
import { type Bytes, Damaged, partOf, TooMuch } from './bytes.ts';
import { type Identity, identify } from './identify.ts';
import { type Inspection, inner, type Part, read } from './inspection.ts';
import { inspectGguf } from './models/gguf.ts';
import { hdf5Magic, inspectHdf5 } from './models/hdf5.ts';
import { templateReasons } from './models/jinja.ts';
import { inspectKerasConfig } from './models/keras-config.ts';
import { inspectNumpy } from './models/numpy.ts';
import { inspectOnnx } from './models/onnx.ts';
import { inspectSafetensors, strictJson } from './models/safetensors.ts';
import { inspectGraph, inspectKerasMetadata, inspectSavedModel } from './models/saved-model.ts';
import { inspectOldTorch, storageReader } from './models/torch.ts';
import { inspectFurther, inspectPickle, inspectPickles, type PickleWish } from './pickle/inspect-pickle.ts';
import { joblibArray } from './pickle/joblib.ts';

const longestJson = 64 << 20;

/** @returns what it is; what was found is with the inspection */
export async function inspectPart(inspection: Inspection, part: Part): Promise<string> {
  const identity = identify(part.bytes);
  if (part.depth > inspection.surroundings.limits.depth) {
    inspection.say(part, 'cannot-tell', 'container/depth', 0, 'Containers are in each other deeper than is looked.');
    return identity.format;
  }
  await polyglot(inspection, part, identity);
  return (
    (await read(inspection, part, identity.format, () => inspectAs(inspection, part, identity))) ?? identity.format
  );
}

async function inspectAs(inspection: Inspection, part: Part, { format, called }: Identity): Promise<string> {
  switch (format) {
    case 'zip':
      return await zip(inspection, part);
    case 'tar':
      for (const member of tarMembers(inspection, part)) await inspectPart(inspection, member);
      return format;
    case 'gzip':
    case 'zlib':
    case 'zstd':
    case 'xz':
    case 'lzma':
    case 'bzip2':
    case 'lz4':
      return await packed(inspection, part, format);
    case 'npy':
      inspectNumpy(inspection, part);
      return format;
    case 'gguf':
      inspectGguf(inspection, part);
      return format;
    case 'hdf5':
      inspectHdf5(inspection, part);
      return format;
    case 'safetensors':
      inspectSafetensors(inspection, part);
      return format;
    case 'onnx':
      inspectOnnx(inspection, part);
      return format;
    case 'saved-model':
      inspectSavedModel(inspection, part);
      return format;
    case 'tensorflow-graph':
      inspectGraph(inspection, part);
      return format;
    case 'keras-metadata':
      inspectKerasMetadata(inspection, part);
      return format;
    case 'torch-legacy':
      await withNested(inspection, part, (wish) => inspectOldTorch(inspection, part, wish));
      return format;
    case 'pickle':
      await withNested(inspection, part, (wish) => inspectPickles(inspection, part, wish));
      return format;
    case 'json':
    case 'text':
      return await plain(inspection, part, format);
    case 'empty':
      return format;
    case 'program':
      inspection.say(part, 'unsafe', 'file/program', 0, `It is ${called}.`);
      return format;
    case 'packed':
      inspection.say(part, 'cannot-tell', 'file/packed', 0, `It is ${called}, which is not unpacked here.`);
      return format;
    case 'unknown':
      return await plain(inspection, part, format);
  }
}

/** Formats that are read from the end, from elsewhere or without a mark can be in a file beside the one that it begins with. */
async function polyglot(inspection: Inspection, part: Part, { format }: Identity): Promise<void> {
  await read(inspection, part, format, () => {
    const hdf5 = hdf5Within(part.bytes);
    // What an archive holds is inspected; bytes of no known format before an HDF5 file are its user block.
    if (hdf5 !== undefined && !['zip', 'tar', 'hdf5', 'unknown'].includes(format)) {
      const what = `It begins as ${format} and holds an HDF5 file where readers of those look for one.`;
      inspection.say(part, 'unsafe', 'file/two-formats', hdf5, what);
    }
    if (format !== 'lzma' && isAlsoLzma(part.bytes)) {
      const what = `It begins as ${format}, and as LZMA it unpacks to something.`;
      inspection.say(part, 'unsafe', 'file/two-formats', 0, what);
    }
  });
  if (format === 'zip' || format === 'empty') return;
  const end = await read(inspection, part, 'zip', () => zipEnd(part.bytes));
  if (end === undefined || end.count === 0) return;
  inspection.say(
    part,
    'unsafe',
    'file/two-formats',
    0,
    `It begins as ${format} and ends as a ZIP: loaders choose differently.`,
  );
  await read(inspection, part, 'zip', () => zip(inspection, part));
}

/** Where an HDF5 file begins behind other bytes: at 512, 1024, 2048 and so on (format specification 3.0, II.A). */
function hdf5Within(bytes: Bytes): number | undefined {
  for (let at = 512; at + hdf5Magic.length <= bytes.size; at *= 2)
    if (bytes.read(at, hdf5Magic.length).equals(hdf5Magic)) return at;
  return undefined;
}

/** Runs pickles whose nested artifacts are then inspected as what they are. */
async function withNested(
  inspection: Inspection,
  part: Part,
  task: (wish: PickleWish) => Promise<void> | void,
): Promise<void> {
  const nested: { bytes: Bytes; offset: number }[] = [];
  const wish: PickleWish = {
    inStream: (made, state, at, judge) =>
      joblibArray(part.bytes, made, state, at, judge, inspection.surroundings.limits.pickleOperations),
    nested: (bytes, offset) => void nested.push({ bytes, offset }),
  };
  try {
    await task(wish);
  } finally {
    if (nested.length > 10_000)
      inspection.say(part, 'cannot-tell', 'pickle/bound', 0, 'It loads more artifacts than are followed.');
    for (const { bytes, offset } of nested.slice(0, 10_000))
      await inspectPart(inspection, inner(part, `loaded at ${offset}`, bytes));
  }
}

async function packed(inspection: Inspection, part: Part, packing: Packing): Promise<string> {
  const out = await unpacked(inspection, part, packing);
  try {
    if (out.consumed < part.bytes.size)
      inspection.say(part, 'unsafe', `${packing}/trailing`, out.consumed, 'More follows after what is packed.');
    const inside = await inspectPart(inspection, inner(part, 'unpacked', out.bytes));
    return `${inside} in ${packing}`;
  } finally {
    out.close();
  }
}

/** Text, JSON, and what has no mark: pickles of protocols 0 and 1 have none, and their first operations look like letters. */
async function plain(inspection: Inspection, part: Part, format: 'json' | 'text' | 'unknown'): Promise<string> {
  const { bytes } = part;
  if (format === 'json' && bytes.size <= longestJson) {
    const raw = Buffer.from(bytes.read(0, bytes.size)).toString('utf8');
    const object = strictJson(raw, (at, key) =>
      inspection.say(part, 'suspicious', 'json/duplicate-key', at, `It names ${JSON.stringify(key)} twice.`),
    );
    if (object !== undefined || isJson(raw)) {
      judgeJson(inspection, part, object);
      return format;
    }
  }
  const before = inspection.reasons.length + inspection.more;
  let broke: Damaged | undefined;
  let end = 0;
  await withNested(inspection, part, (wish) => {
    try {
      end = inspectPickle(inspection, part, 0, { ...wish, text: format !== 'unknown' }).end;
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      broke = error;
    }
  });
  if (broke === undefined) {
    await read(inspection, part, 'pickle', () =>
      withNested(inspection, part, (wish) => inspectFurther(inspection, part, end, wish)),
    );
    return 'pickle';
  }
  if (inspection.reasons.length + inspection.more > before) {
    inspection.say(
      part,
      'unsafe',
      'pickle/damaged',
      broke.offset,
      `It is no whole pickle, and what a loader would run before it notices is above. ${broke.message}`,
    );
    return 'pickle';
  }
  if (broke instanceof TooMuch) throw broke;
  if (format === 'unknown') {
    inspection.say(part, 'cannot-tell', 'file/unknown', 0, 'It is in no format that is known here.');
    return format;
  }
  const start = Buffer.from(bytes.read(0, Math.min(bytes.size, 1 << 20))).toString('utf8');
  const code = /^(?:\s*(?:import [\w., ]+$|from [\w.]+ import |def \w+\(|class \w+.*:$)|#!)/m.exec(start);
  if (code !== null) inspection.say(part, 'suspicious', 'file/source', code.index, 'It is the source of a program.');
  return 'text';
}

function isJson(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}

function judgeJson(inspection: Inspection, part: Part, object: Readonly<Record<string, unknown>> | undefined): void {
  if (object === undefined) return;
  inspectKerasConfig(inspection, part, object, 0);
  const code = record(object.auto_map) ?? record(field(object.text_config, 'auto_map'));
  if (code !== undefined)
    inspection.say(
      part,
      'suspicious',
      'transformers/code',
      0,
      'It names code of its own to be run (auto_map, trust_remote_code).',
    );
  const templates = Array.isArray(object.chat_template)
    ? object.chat_template.map((each) => text(field(each, 'template')))
    : [text(object.chat_template)];
  for (const template of templates)
    for (const { verdict, what } of templateReasons(template ?? ''))
      inspection.say(part, verdict, 'transformers/chat-template', 0, `Its chat template: ${what}`);
}

/** A ZIP and all that is in it: PyTorch's, Keras's, numpy's or any. */
async function zip(inspection: Inspection, part: Part): Promise<string> {
  const end = zipEnd(part.bytes);
  if (end === undefined) throw new Damaged(0, 'It begins as a ZIP and has no table at its end.');
  const members = zipMembers(inspection, part, end);
  const root = members.find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  const folder = root === undefined ? undefined : root.name.slice(0, -'data.pkl'.length);
  const isKeras =
    members.some(({ name }) => name === 'config.json') && members.some(({ name }) => name.endsWith('.weights.h5'));
  const { storages, persistent } = storageReader();
  const torch = folder === undefined ? undefined : { persistent, folder, storages };
  // The pickles first: they say which members are tensors.
  const isPickle = ({ name }: ZipMember) => folder !== undefined && name.startsWith(folder) && name.endsWith('.pkl');
  for (const member of [...members].sort((a, b) => Number(isPickle(b)) - Number(isPickle(a))))
    await zipMember(inspection, part, member, torch, isPickle(member));
  if (torch !== undefined)
    for (const { key, bytes } of storages.values()) {
      const found = members.find(
        ({ name }) => name === `${torch.folder}data/${key}` || name === `${torch.folder}constants/${key}`,
      );
      if (found === undefined)
        inspection.say(part, 'unsafe', 'torch/storage', end.at, `The storage ${key} is not there.`);
      else if (found.size < bytes)
        inspection.say(
          part,
          'unsafe',
          'torch/storage',
          found.header,
          `The storage ${key} is shorter than its tensors say.`,
        );
    }
  if (folder !== undefined && members.some(({ name }) => name.startsWith(`${folder}code/`)))
    inspection.say(part, 'suspicious', 'torch/script', 0, 'It holds a TorchScript program, which is not looked into.');
  if (folder !== undefined) return 'torch-zip';
  if (isKeras) return 'keras-zip';
  return members.length > 0 && members.every(({ name }) => name.endsWith('.npy')) ? 'npz' : 'zip';
}

interface OfTorch {
  readonly persistent: NonNullable<PickleWish['persistent']>;
  readonly folder: string;
  readonly storages: ReadonlyMap<string, unknown>;
}

async function zipMember(
  inspection: Inspection,
  archive: Part,
  member: ZipMember,
  torch: OfTorch | undefined,
  isPickle: boolean,
): Promise<void> {
  if (member.isFolder || (member.flags & 0x2041) !== 0) return;
  const raw = inner(archive, member.name, partOf(archive.bytes, member.at, member.packed));
  await read(inspection, raw, 'zip', async () => {
    const packing = packingOf(member);
    if (packing === undefined)
      return inspection.say(
        raw,
        'cannot-tell',
        'zip/method',
        0,
        `It is packed by method ${member.method}, which is not unpacked here.`,
      );
    const out = packing === 'stored' ? undefined : await unpacked(inspection, raw, packing);
    try {
      const bytes = out?.bytes ?? raw.bytes;
      if (out !== undefined && out.consumed !== member.packed)
        inspection.say(raw, 'unsafe', 'zip/hidden', out.consumed, 'More follows after what is packed.');
      if (bytes.size !== member.size)
        inspection.say(raw, 'unsafe', 'zip/length', 0, `It has ${bytes.size} bytes; the table says ${member.size}.`);
      if (checksum(inspection, bytes) !== member.crc)
        inspection.say(raw, 'unsafe', 'zip/checksum', 0, 'Its checksum is wrong; loaders differ in whether they look.');
      const part = { ...raw, bytes };
      const isTensor =
        torch?.storages.has(member.name.slice(torch.folder.length).replace(/^(data|constants)\//, '')) === true;
      if (isTensor && /^(data|constants)\/[^/]+$/.test(member.name.slice(torch?.folder.length ?? 0))) return;
      if (isPickle && torch !== undefined) await torchPickle(inspection, part, torch);
      else await inspectPart(inspection, part);
    } finally {
      out?.close();
    }
  });
}

/** Methods of APPNOTE that Python's `zipfile` reads; undefined for the others. */
function packingOf({ method, flags, size }: ZipMember): 'stored' | Packing | Unpacker | undefined {
  // Bit 1 says that a mark ends it, and not its length.
  const length = (flags & 2) === 0 ? size : undefined;
  const packings: Readonly<Record<number, 'stored' | Packing | Unpacker>> = {
    0: 'stored',
    8: 'deflate',
    12: 'bzip2',
    14: (stream) => unpackLzmaOfZip(stream, length),
    93: 'zstd',
  };
  return packings[method];
}

async function torchPickle(inspection: Inspection, part: Part, torch: OfTorch): Promise<void> {
  await withNested(inspection, part, async (wish) => {
    await read(inspection, part, 'pickle', () => {
      const { end } = inspectPickle(inspection, part, 0, { ...wish, persistent: torch.persistent });
      if (end !== part.bytes.size)
        inspection.say(part, 'unsafe', 'pickle/trailing', end, 'More follows after the pickle.');
    });
  });
}

function checksum(inspection: Inspection, bytes: Bytes): number {
  let sum = 0;
  const piece = 64 << 10;
  for (let at = 0; at < bytes.size; at += piece) {
    inspection.mustHaveTime(at);
    sum = crc32(bytes.read(at, Math.min(piece, bytes.size - at)), sum);
  }
  return sum;
}
