/** `.npy` (NEP 1, versions 1 to 3): a header that is a Python dict, then data, or a pickle when the array holds objects. */
import { Damaged } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { inspectPickle } from '../pickle/inspect-pickle.ts';
import { itemBytes } from '../pickle/joblib.ts';
import { readLiteral } from './python-literal.ts';

/** numpy refuses longer ones (`max_header_size`). */
const longestHeader = 10_000;

export function inspectNumpy(inspection: Inspection, part: Part) {
  const { bytes } = part;
  const head = Buffer.from(bytes.read(0, 10));
  const [major, minor] = [head[6], head[7]];
  if (minor !== 0 || major === undefined || major < 1 || major > 3)
    throw new Damaged(6, `Version ${major}.${minor} of the format does not exist.`);
  const wide = major > 1;
  const length = wide ? bytes.read(8, 4).readUInt32LE() : head.readUInt16LE(8);
  const from = wide ? 12 : 10;
  if (length > longestHeader)
    return inspection.say(
      part,
      'unsafe',
      'npy/header',
      8,
      `Its header has ${length} bytes; numpy takes ${longestHeader}.`,
    );
  const header = readLiteral(bytes.read(from, length).toString(major === 3 ? 'utf8' : 'latin1'), from);
  const fields = header instanceof Map ? header : new Map();
  const shape = fields.get('shape');
  if (fields.size !== 3 || typeof fields.get('fortran_order') !== 'boolean' || !Array.isArray(shape))
    throw new Damaged(from, 'Its header is not one that numpy reads.');
  const size = descriptionBytes(fields.get('descr'), from);
  const data = from + length;
  if (size === 'objects') {
    const { end } = inspectPickle(inspection, part, data);
    if (end !== bytes.size) inspection.say(part, 'unsafe', 'npy/trailing', end, 'More follows after its pickle.');
    return;
  }
  let count = 1;
  for (const each of shape) {
    if (typeof each !== 'number' || !Number.isSafeInteger(each) || each < 0)
      throw new Damaged(from, 'Its shape is none.');
    count *= each;
  }
  if (!Number.isSafeInteger(count * size) || data + count * size !== bytes.size)
    throw new Damaged(data, `Its header speaks of ${count * size} bytes of data, and ${bytes.size - data} follow.`);
}

/** Bytes of one item, also of one with fields: `[('a', '<f4'), ('b', '<i8', (2,))]`. */
function descriptionBytes(description: unknown, offset: number): number | 'objects' {
  if (typeof description === 'string') {
    const size = itemBytes(description);
    if (size === undefined) throw new Damaged(offset, `There is no type ${JSON.stringify(description.slice(0, 50))}.`);
    return size;
  }
  if (!Array.isArray(description)) throw new Damaged(offset, 'Its type is none.');
  let size = 0;
  for (const field of description) {
    if (!Array.isArray(field) || field.length < 2 || field.length > 3)
      throw new Damaged(offset, 'A field of its type is none.');
    const one = descriptionBytes(field[1], offset);
    if (one === 'objects') return one;
    const shape: unknown[] = Array.isArray(field[2]) ? field[2] : field[2] === undefined ? [] : [field[2]];
    size += shape.reduce((total: number, each) => total * (typeof each === 'number' ? each : Number.NaN), one);
  }
  if (!Number.isSafeInteger(size)) throw new Damaged(offset, 'A field of its type has no length.');
  return size;
}
