/**
 * ONNX (onnx.proto3, IR 3 to 13). What is looked for: operators that need somebody's library or run Python, and tensors whose data
 * are in other files (CVE-2024-5187, CVE-2024-27318, CVE-2022-25882: paths that leave the folder of the model).
 */
import { type Bytes, Damaged } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { type Field, fieldsOf, messageIn, shapeOf, textIn } from './protobuf.ts';

const knownDomains = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'ai.onnx.preview',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);
const python = /^(PyOp|PyCustomOp|PythonOp|PythonOpGrad|ATen|aten.*)$/;
const longestDepth = 32;
/** Bytes of an element by TensorProto.DataType; text and types of parts of a byte are left out. */
const elementBytes: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
};

/** ModelProto: ir_version is a small number, graph a message, and nothing is of another kind than the schema has. */
export function isOnnx(bytes: Bytes): boolean {
  const shape = shapeOf(bytes, 50);
  if (shape === undefined || shape.get(7) !== 2 || shape.get(1) !== 0) return false;
  return [...shape].every(([number, wire]) => (number === 1 || number === 5 ? wire === 0 : wire === 2));
}

export function inspectOnnx(inspection: Inspection, part: Part): void {
  const own = new Set<string>();
  const state = { inspection, part, own };
  for (const field of fieldsOf(part.bytes))
    if (field.number === 25) own.add(functionName(messageIn(part.bytes, field)));
  for (const field of fieldsOf(part.bytes)) {
    if (field.number === 1 && (field.value < 1n || field.value > 64n))
      throw new Damaged(field.at, 'Its version is none.');
    if (field.number === 7) graph(state, messageIn(part.bytes, field), field.at, 0);
    if (field.number === 20) {
      const training = messageIn(part.bytes, field);
      for (const each of fieldsOf(training))
        if (each.number === 1 || each.number === 2) graph(state, messageIn(training, each), field.at + each.at, 0);
    }
    if (field.number === 25) nodes(state, messageIn(part.bytes, field), field.at, 7, 0);
  }
}

interface State {
  readonly inspection: Inspection;
  readonly part: Part;
  /** Operators that the model itself defines, `domain:name`. */
  readonly own: ReadonlySet<string>;
}

function functionName(bytes: Bytes): string {
  let [name, domain] = ['', ''];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = textIn(bytes, field);
    if (field.number === 10) domain = textIn(bytes, field);
  }
  return `${domain}:${name}`;
}

function graph(state: State, bytes: Bytes, base: number, depth: number): void {
  if (depth > longestDepth) throw new Damaged(base, 'Its graphs are nested too deep.');
  nodes(state, bytes, base, 1, depth);
  for (const field of fieldsOf(bytes)) {
    if (field.number === 5) tensor(state, messageIn(bytes, field), base + field.at);
    if (field.number === 15) sparse(state, messageIn(bytes, field), base + field.at);
  }
}

function sparse(state: State, bytes: Bytes, base: number): void {
  for (const field of fieldsOf(bytes))
    if (field.number === 1 || field.number === 2) tensor(state, messageIn(bytes, field), base + field.at);
}

function nodes(state: State, bytes: Bytes, base: number, number: number, depth: number): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number !== number) continue;
    state.inspection.mustHaveTime(base + field.at);
    node(state, messageIn(bytes, field), base + field.at, depth);
  }
}

function node({ inspection, part, own }: State, bytes: Bytes, base: number, depth: number): void {
  let [type, domain] = ['', ''];
  const attributes: Field[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 4) type = textIn(bytes, field);
    if (field.number === 7) domain = textIn(bytes, field);
    if (field.number === 5) attributes.push(field);
  }
  if (python.test(type))
    inspection.say(part, 'unsafe', 'onnx/python', base, `The operator ${domain}:${type} calls Python.`);
  else if (!knownDomains.has(domain) && !own.has(`${domain}:${type}`))
    inspection.say(
      part,
      'suspicious',
      'onnx/custom-operator',
      base,
      `The operator ${domain}:${type} needs a library that is not part of ONNX.`,
    );
  for (const field of attributes) {
    const attribute = messageIn(bytes, field);
    for (const each of fieldsOf(attribute)) {
      const at = base + field.at + each.at;
      if (each.number === 6 || each.number === 11)
        graph({ inspection, part, own }, messageIn(attribute, each), at, depth + 1);
      if (each.number === 5 || each.number === 10) tensor({ inspection, part, own }, messageIn(attribute, each), at);
    }
  }
}

function tensor({ inspection, part }: State, bytes: Bytes, base: number): void {
  const external = new Map<string, string>();
  let [elements, type, raw, isExternal] = [1, 0, -1, false];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) for (const each of numbersIn(bytes, field)) elements *= each;
    if (field.number === 2) type = Number(field.value);
    if (field.number === 9) raw = field.length;
    if (field.number === 14) isExternal = field.value === 1n;
    if (field.number === 13) {
      const entry = messageIn(bytes, field);
      let [key, value] = ['', ''];
      for (const each of fieldsOf(entry)) {
        if (each.number === 1) key = textIn(entry, each);
        if (each.number === 2) value = textIn(entry, each);
      }
      external.set(key, value);
    }
  }
  const size = elementBytes[type];
  if (raw >= 0 && size !== undefined && !isExternal && raw !== elements * size)
    inspection.say(
      part,
      'unsafe',
      'onnx/tensor',
      base,
      `A tensor has ${raw} bytes, and its shape says ${elements * size}.`,
    );
  if (isExternal || external.size > 0) elsewhere(inspection, part, external, base);
}

function* numbersIn(bytes: Bytes, field: Field): Generator<number> {
  if (field.wire === 0) yield Number(BigInt.asIntN(64, field.value));
  else {
    // Packed: varints in a row.
    const packed = bytes.read(field.at, field.length);
    let value = 0;
    let factor = 1;
    for (const byte of Buffer.from(packed)) {
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte >= 0x80) continue;
      yield value;
      value = 0;
      factor = 1;
    }
  }
}

function elsewhere(inspection: Inspection, part: Part, external: ReadonlyMap<string, string>, base: number) {
  const location = external.get('location') ?? '';
  const say = (verdict: 'unsafe' | 'cannot-tell', what: string) =>
    inspection.say(
      part,
      verdict,
      'onnx/external-data',
      base,
      `Data of a tensor are in ${JSON.stringify(location.slice(0, 200))}: ${what}`,
    );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (location === '' || /^[/\\~]|^[A-Za-z][A-Za-z0-9+.-]*:|(^|[/\\])\.\.([/\\]|$)|[\u0000-\u001f\\]/.test(location))
    return say('unsafe', 'that leaves the folder of the model.');
  for (const key of external.keys())
    if (!['location', 'offset', 'length', 'checksum', 'basepath'].includes(key))
      say('unsafe', `it also says ${JSON.stringify(key.slice(0, 50))}.`);
  const numbers = ['offset', 'length'].map((key) => external.get(key) ?? '0');
  if (numbers.some((text) => !/^\d{1,15}$/.test(text))) return say('unsafe', 'its place there is no number.');
  const size = inspection.surroundings.beside(location);
  if (size === 'link') return say('unsafe', 'that is a link.');
  if (size === 'outside') return say('unsafe', 'that is not in the folder of the model.');
  if (size === 'missing') return say('cannot-tell', 'that is not there.');
  if (numbers.reduce((total, text) => total + Number(text), 0) > size)
    say('unsafe', 'that is shorter than it should be.');
}
