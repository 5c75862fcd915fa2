/**
 * joblib writes the data of an array into the stream of the pickle, right after the BUILD of a `NumpyArrayWrapper`
 * (joblib/numpy_pickle.py): a byte that says how many follow until it is aligned, then the data, or another pickle when the array
 * holds objects. A reader that does not know that takes the data for operations, or stops there and misses what follows.
 */
import { type Bytes, Damaged } from '../bytes.ts';
import { type Judge, PickleMachine } from './machine.ts';
import { isThing, type Made, nameOf, type Value } from './values.ts';

/** Bytes of one item of a type as numpy writes it (`<f8`, `|S10`, `O`); undefined when there is no such type. */
export function itemBytes(type: string): number | 'objects' | undefined {
  const parts = /^[<>|=]?([?biufcSaUVOmM])(\d{0,9})(\[[\w/]+\])?$/.exec(type);
  if (parts === null) return undefined;
  const [, kind, digits] = parts;
  if (kind === 'O') return 'objects';
  if (kind === '?') return 1;
  const number =
    digits === '' ? (kind === 'S' || kind === 'U' || kind === 'V' || kind === 'a' ? 0 : 8) : Number(digits);
  return kind === 'U' ? number * 4 : number;
}

/** Steps over the data of one array. @returns where the pickle goes on, or undefined when it is no array of joblib */
export function joblibArray(
  bytes: Bytes,
  made: Made,
  state: Value,
  at: number,
  judge: Judge,
  mostOperations: number,
): number | undefined {
  const of = made.by;
  const [first] = isThing(made.args, 'tuple') ? made.args.items : [];
  const is = [of, first].some(
    (each) => isThing(each, 'reference') && nameOf(each) === 'joblib.numpy_pickle.NumpyArrayWrapper',
  );
  if (!is) return undefined;
  const field = (name: string) =>
    isThing(state, 'dict') ? state.entries.find(([key]) => key === name)?.[1] : undefined;
  const shape = field('shape');
  const size = typeBytes(field('dtype'));
  if (!isThing(shape, 'tuple') || size === undefined)
    throw new Damaged(at, 'Data of an array should follow, and its shape or type is not told.');
  if (size === 'objects') return new PickleMachine(bytes, at, judge, mostOperations).run().end;
  let length = size;
  for (const each of shape.items) {
    if (typeof each !== 'number' || !Number.isSafeInteger(each) || each < 0) throw new Damaged(at, 'A shape is none.');
    length *= each;
  }
  const aligned = field('numpy_array_alignment_bytes');
  const padding = aligned === undefined || aligned === null ? 0 : 1 + (bytes.read(at, 1)[0] as number);
  if (!Number.isSafeInteger(length) || at + padding + length > bytes.size)
    throw new Damaged(at, `${length} bytes of an array should follow.`);
  return at + padding + length;
}

function typeBytes(type: Value | undefined): number | 'objects' | undefined {
  if (!isThing(type, 'made') || type.by === undefined || nameOf(type.by) !== 'numpy.dtype') return undefined;
  const [name] = isThing(type.args, 'tuple') ? type.args.items : [];
  if (typeof name !== 'string') return undefined;
  const size = itemBytes(name);
  // Of a type with fields the state says its length and whether objects are in it (NPY_ITEM_HASOBJECT).
  const state = isThing(type.state, 'tuple') ? type.state.items : [];
  const flags = state[7];
  return typeof flags === 'number' && (flags & 1) === 1 ? 'objects' : size;
}
