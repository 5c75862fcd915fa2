/** Python's literals as `ast.literal_eval` reads them, as far as headers need: dict, list, tuple, text, number, True, False, None. */
import { Damaged } from '../bytes.ts';

/** A dict becomes a Map, lists and tuples become arrays. @throws Damaged with the offset from `from` */
export function readLiteral(text: string, from: number): unknown {
  let at = 0;
  const wrong = () => new Damaged(from + at, 'A header is no plain Python literal.');
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const value = (depth: number): unknown => {
    if (depth > 20) throw wrong();
    space();
    const first = text[at];
    if (first === '{') return dict(depth);
    if (first === '[' || first === '(') return items(depth, first === '[' ? ']' : ')');
    if (first === "'" || first === '"') {
      const end = text.indexOf(first, at + 1);
      const found = text.slice(at + 1, end);
      if (end === -1 || /[\\\n]/.test(found)) throw wrong();
      at = end + 1;
      return found;
    }
    const word = /^(-?\d+L?|True|False|None)(?![\w.])/.exec(text.slice(at, at + 40))?.[1];
    if (word === undefined) throw wrong();
    at += word.length;
    return word === 'None' ? null : /^[TF]/.test(word) ? word === 'True' : Number(word.replace('L', ''));
  };
  const items = (depth: number, close: string): unknown[] => {
    const found: unknown[] = [];
    at += 1;
    for (;;) {
      space();
      if (text[at] === close) break;
      found.push(value(depth + 1));
      space();
      if (text[at] === ',') at += 1;
      else if (text[at] !== close) throw wrong();
    }
    at += 1;
    return found;
  };
  const dict = (depth: number): Map<unknown, unknown> => {
    const found = new Map<unknown, unknown>();
    at += 1;
    for (;;) {
      space();
      if (text[at] === '}') break;
      const key = value(depth + 1);
      space();
      if (text[at] !== ':' || found.has(key)) throw wrong();
      at += 1;
      found.set(key, value(depth + 1));
      space();
      if (text[at] === ',') at += 1;
      else if (text[at] !== '}') throw wrong();
    }
    at += 1;
    return found;
  };
  const read = value(0);
  space();
  if (at !== text.length) throw wrong();
  return read;
}
