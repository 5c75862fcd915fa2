/**
 * The condition of a detection: `selection and not 1 of filter_*`. A parser by recursive descent; `or` binds least, then
 * `and`, then `not`. Bounded in length and depth.
 */
import { type Expression, Refusal } from './rule.ts';

const maxLength = 16_384;
const maxDepth = 50;
/** Selections that one quantifier over numbers may choose from: `2 of x*` is written out. */
const maxChosen = 12;

type Token = { readonly text: string; readonly kind: 'word' | 'open' | 'close' };

/** An expression over names, with what the names stand for given by `resolve`. Shared by detections and temporal correlations. */
export interface Names<T> {
  readonly names: readonly string[];
  readonly resolve: (name: string) => T | undefined;
  readonly and: (parts: readonly T[]) => T;
  readonly or: (parts: readonly T[]) => T;
  readonly not: (part: T) => T;
}

/** @throws Refusal with the reason in words. */
export function parseCondition<T>(source: string, line: number, context: Names<T>): T {
  if (source.length > maxLength)
    throw new Refusal(line, `The condition is longer than ${maxLength} characters.`, 'FB-SIGMA-BOUND');
  if (source.includes('|'))
    throw new Refusal(line, 'The condition aggregates with `|`, which Sigma 2 replaced by correlation rules.');
  const tokens = tokensOf(source, line);
  let at = 0;
  const peek = () => tokens[at]?.text.toLowerCase();
  const isWord = (word: string) => tokens[at]?.kind === 'word' && peek() === word;

  function chain(word: 'or' | 'and', depth: number, below: (depth: number) => T): T {
    const parts = [below(depth)];
    while (isWord(word)) {
      at += 1;
      parts.push(below(depth));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : context[word](parts);
  }
  const alternatives = (depth: number): T => chain('or', depth, conjunction);
  const conjunction = (depth: number): T => chain('and', depth, negation);
  function negation(depth: number): T {
    if (depth > maxDepth)
      throw new Refusal(line, `The condition nests deeper than ${maxDepth} levels.`, 'FB-SIGMA-BOUND');
    const token = tokens[at];
    if (token === undefined) throw new Refusal(line, 'The condition ends where a selection is expected.');
    at += 1;
    if (token.kind === 'open') {
      const inner = alternatives(depth + 1);
      if (tokens[at]?.kind !== 'close') throw new Refusal(line, 'A parenthesis of the condition is not closed.');
      at += 1;
      return inner;
    }
    if (token.kind === 'close') throw new Refusal(line, 'The condition closes a parenthesis that it did not open.');
    const word = token.text.toLowerCase();
    if (word === 'not') return context.not(negation(depth + 1));
    if (isWord('of')) {
      at += 1;
      const pattern = tokens[at];
      if (pattern?.kind !== 'word') throw new Refusal(line, '`of` stands without what it chooses from.');
      at += 1;
      return quantified(word, pattern.text);
    }
    const found = context.resolve(token.text);
    if (found === undefined)
      throw new Refusal(line, `The condition names \`${token.text}\`, and there is no such selection.`);
    return found;
  }
  function quantified(quantifier: string, pattern: string): T {
    const matches = nameMatcher(pattern);
    const chosen = context.names.filter(matches).flatMap((name) => context.resolve(name) ?? []);
    if (chosen.length === 0)
      throw new Refusal(line, `The condition asks for \`${pattern}\`, and no selection has such a name.`);
    if (quantifier === 'all') return context.and(chosen);
    if (quantifier === 'any' || quantifier === '1') return context.or(chosen);
    const count = /^[1-9]\d{0,3}$/.test(quantifier) ? Number(quantifier) : undefined;
    if (count === undefined)
      throw new Refusal(line, `\`${quantifier} of\` is no quantifier; there are \`1\`, \`any\`, \`all\` and numbers.`);
    if (count > chosen.length)
      throw new Refusal(line, `The condition asks for ${count} of \`${pattern}\`, and there are ${chosen.length}.`);
    if (chosen.length > maxChosen)
      throw new Refusal(line, `\`${count} of\` chooses from more than ${maxChosen} selections.`, 'FB-SIGMA-BOUND');
    return context.or(subsets(chosen, count).map(context.and));
  }

  const whole = alternatives(0);
  if (at < tokens.length)
    throw new Refusal(
      line,
      `The condition has \`${tokens[at]?.text}\` where it should end or go on with \`and\` or \`or\`.`,
    );
  return whole;
}

/** `them` is every name that does not begin with an underscore; `*` in a pattern is any text. */
function nameMatcher(pattern: string): (name: string) => boolean {
  if (pattern.toLowerCase() === 'them') return (name) => !name.startsWith('_');
  const pieces = pattern.split('*');
  return (name) => {
    const [first = '', ...rest] = pieces;
    const last = rest.pop();
    if (last === undefined) return name === pattern;
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
    let from = first.length;
    for (const piece of rest) {
      const found = name.indexOf(piece, from);
      if (found === -1 || found + piece.length > name.length - last.length) return false;
      from = found + piece.length;
    }
    return true;
  };
}

function tokensOf(source: string, line: number): readonly Token[] {
  const tokens: Token[] = [];
  const next = /\s*(?:(\()|(\))|([\p{L}\p{N}_*.-]+))/uy;
  const text = source.trimEnd();
  while (next.lastIndex < text.length) {
    const from = next.lastIndex;
    const match = next.exec(text);
    if (match === null)
      throw new Refusal(line, `The condition cannot be read at \`${text.slice(from, from + 20).trim()}\`.`);
    if (match[1] !== undefined) tokens.push({ text: '(', kind: 'open' });
    else if (match[2] !== undefined) tokens.push({ text: ')', kind: 'close' });
    else tokens.push({ text: match[3] ?? '', kind: 'word' });
  }
  return tokens;
}

function subsets<T>(from: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [[]];
  return from.flatMap((first, index) => subsets(from.slice(index + 1), count - 1).map((rest) => [first, ...rest]));
}

/** Names of selections and what they say. */
export function selections(named: ReadonlyMap<string, Expression>): Names<Expression> {
  return {
    names: [...named.keys()],
    resolve: (name) => named.get(name),
    and: (parts) => ({ kind: 'and', parts }),
    or: (parts) => ({ kind: 'or', parts }),
    not: (part) => ({ kind: 'not', part }),
  };
}
