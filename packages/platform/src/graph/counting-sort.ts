/** Items grouped by a small integer key: those of key k are `order[offsets[k]]` … `order[offsets[k + 1] − 1]`. */
export interface Grouped {
  readonly offsets: Int32Array;
  readonly order: Int32Array;
}

/**
 * Sorts items by key in linear time; items of equal key keep their order.
 *
 * @param keys by item, each from 0 up to but without `bound`
 * @param items the items in their present order; all of them, 0 … `keys.length` − 1, when left out
 */
export function countingSort(keys: ArrayLike<number>, bound: number, items?: Int32Array): Grouped {
  const length = items === undefined ? keys.length : items.length;
  const offsets = new Int32Array(bound + 1);
  for (let at = 0; at < length; at += 1) {
    const key = keys[items === undefined ? at : (items[at] as number)] as number;
    offsets[key + 1] = (offsets[key + 1] as number) + 1;
  }
  for (let key = 0; key < bound; key += 1) {
    offsets[key + 1] = (offsets[key + 1] as number) + (offsets[key] as number);
  }
  const next = offsets.slice(0, bound);
  const order = new Int32Array(length);
  for (let at = 0; at < length; at += 1) {
    const item = items === undefined ? at : (items[at] as number);
    const key = keys[item] as number;
    const place = next[key] as number;
    order[place] = item;
    next[key] = place + 1;
  }
  return { offsets, order };
}
