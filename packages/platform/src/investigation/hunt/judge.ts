/**
 * A hunt over the columns of a block: of which events it holds, and at which one must look because the columns do not say. What must stay
 * true: of an event that is not to be looked at it says what `conditionOf` says of the event itself.
 */
import type { FormColumns } from '../../events/columns/block-columns.ts';
import type { Column } from '../../events/columns/column.ts';
import { addBit, type Bitset, bitset, hasBit } from '../../graph/bitset.ts';
import { matchesPattern } from '../../inventory/query/pattern.ts';
import type { Pattern } from '../../inventory/query/syntax.ts';
import { holds } from '../../inventory/query/times.ts';
import { fnv1a } from '../../kernel/fnv.ts';
import { columnsOfField, type IdsInLogs, sorted } from './condition.ts';
import type { HuntField, HuntQuery } from './syntax.ts';

/** The columns of a block, as far as the hunt asks for them. */
export interface ColumnsToJudge {
  readonly form: FormColumns;
  /** Undefined where no event has such a field, other than those of `form.rest`. */
  raw(path: string): Column | undefined;
}

/** No event is in both. */
interface Judged {
  readonly yes: Bitset;
  readonly maybe: Bitset;
}

export type Judge = (block: ColumnsToJudge) => Judged;

/** Paths of events as they came that the query asks for. */
export function pathsOf(query: HuntQuery): readonly string[] {
  switch (query.is) {
    case 'and':
    case 'or':
      return [...new Set(query.of.flatMap(pathsOf))];
    case 'not':
      return pathsOf(query.of);
    case 'number':
      return [query.path];
    case 'text':
    case 'has':
      return query.field.name === 'raw' && query.field.path !== '' ? [query.field.path] : [];
    default:
      return [];
  }
}

/** @throws what `ids` throws for a name that several nodes have */
export function judgeOf(query: HuntQuery, ids: IdsInLogs): Judge {
  switch (query.is) {
    case 'everything':
      return ({ form: { count } }) => ({ yes: all(count), maybe: bitset(count) });
    case 'and': {
      const judges = query.of.map((each) => judgeOf(each, ids));
      return (block) => judges.map((judge) => judge(block)).reduce(both);
    }
    case 'or': {
      const judges = query.of.map((each) => judgeOf(each, ids));
      return (block) => judges.map((judge) => judge(block)).reduce(either);
    }
    case 'not': {
      const judge = judgeOf(query.of, ids);
      return (block) => {
        const { yes, maybe } = judge(block);
        return { yes: all(block.form.count).map((word, at) => word & ~word32(yes, at) & ~word32(maybe, at)), maybe };
      };
    }
    case 'time': {
      const at = Date.parse(query.at);
      return ({ form: { count, times } }) => {
        const yes = bitset(count);
        for (let place = 0; place < count; place += 1)
          if (holds(times[place] as number, query.compare, at)) addBit(yes, place);
        return { yes, maybe: bitset(count) };
      };
    }
    case 'has':
      return fieldJudge(query.field, () => 'all');
    case 'number': {
      const fits = (text: string) => text.trim() !== '' && holds(Number(text), query.compare, query.value);
      return fieldJudge({ name: 'raw', path: query.path }, () => ({ exact: [], fits }));
    }
    case 'text':
      return textJudge(query.field, query.values, ids);
  }
}

/** What a value must be; `all` when any will do. */
type Wanted = 'all' | { readonly exact: readonly string[]; readonly fits: ((text: string) => boolean) | undefined };

/** @param wantedOf of a column, with the hashes that a value that is wanted has, where they can be said */
function fieldJudge(field: HuntField, wantedOf: (column: string) => Wanted, hashes?: ReadonlySet<number>): Judge {
  if (field.name === 'raw' && field.path === '')
    return ({ form: { count } }) => ({ yes: bitset(count), maybe: all(count) });
  const columns = columnsOfField(field);
  return (block) => {
    const { count, rest, of } = block.form;
    const [yes, maybe] = [bitset(count), field.name === 'raw' ? rest.slice() : bitset(count)];
    for (const name of columns) {
      const column = field.name === 'raw' ? block.raw(field.path) : of[name as keyof FormColumns['of']];
      if (column !== undefined) judgeColumn(column, wantedOf(name), hashes, yes, maybe);
    }
    // What is to be looked at is: more may be there than the column has.
    for (let at = 0; at < yes.length; at += 1) yes[at] = word32(yes, at) & ~word32(maybe, at);
    return { yes, maybe };
  };
}

function judgeColumn(
  { texts, places, values, unsure }: Column,
  wanted: Wanted,
  hashes: ReadonlySet<number> | undefined,
  yes: Bitset,
  maybe: Bitset,
): void {
  if (wanted === 'all') {
    for (const place of places) addBit(yes, place);
    for (let at = 0; at < yes.length; at += 1) yes[at] = word32(yes, at) | word32(unsure, at);
    return;
  }
  for (let at = 0; at < maybe.length; at += 1) maybe[at] = word32(maybe, at) | word32(unsure, at);
  if (texts === null) {
    for (let at = 0; at < places.length; at += 1)
      if (hashes === undefined || hashes.has(values[at] as number)) addBit(maybe, places[at] as number);
    return;
  }
  const fits = bitset(texts.length);
  for (const text of wanted.exact) {
    const number = texts.numberOf(text);
    if (number !== undefined) addBit(fits, number);
  }
  if (wanted.fits !== undefined)
    for (let number = 0; number < texts.length; number += 1) if (wanted.fits(texts.at(number))) addBit(fits, number);
  if (fits.every((word) => word === 0)) return;
  for (let at = 0; at < places.length; at += 1)
    if (hasBit(fits, values[at] as number)) addBit(yes, places[at] as number);
}

function textJudge(field: HuntField, values: readonly Pattern[], ids: IdsInLogs): Judge {
  const { exact, nodes, patterns } = sorted(field, values, ids);
  const fits =
    patterns.length === 0 ? undefined : (text: string) => patterns.some((pattern) => matchesPattern(pattern, text));
  // A name that looks like a node is none.
  const wantedOf = (column: string): Wanted => ({ exact: [...exact, ...(column === 'name' ? [] : nodes)], fits });
  const hashes = patterns.length === 0 ? new Set([...exact, ...nodes].map(fnv1a)) : undefined;
  return fieldJudge(field, wantedOf, hashes);
}

function both(a: Judged, b: Judged): Judged {
  const yes = a.yes.map((word, at) => word & word32(b.yes, at));
  const maybe = a.yes.map(
    (word, at) => (word | word32(a.maybe, at)) & (word32(b.yes, at) | word32(b.maybe, at)) & ~word32(yes, at),
  );
  return { yes, maybe };
}

function either(a: Judged, b: Judged): Judged {
  const yes = a.yes.map((word, at) => word | word32(b.yes, at));
  const maybe = a.maybe.map((word, at) => (word | word32(b.maybe, at)) & ~word32(yes, at));
  return { yes, maybe };
}

const word32 = (set: Bitset, at: number): number => set[at] as number;

function all(count: number): Bitset {
  const set = bitset(count).fill(0xffff_ffff);
  if (count % 32 !== 0) set[set.length - 1] = (1 << (count % 32)) - 1;
  return set;
}
