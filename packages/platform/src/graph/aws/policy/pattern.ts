/**
 * Text of a policy with wildcards and policy variables, compiled once. Variables (`${aws:username}`, `${key, 'default'}`,
 * and the escapes `${*}` `${?}` `${$}`) exist from version 2012-10-17 on; in older documents they are plain text. A value
 * that a variable brings is literal: its own stars match nothing but stars. A variable without value makes the whole
 * statement not match. Source: IAM user guide, "Policy elements: variables and tags".
 */
import { type GlobToken, globMatches, globOf, wildcards } from './glob.ts';
import { maybe, no, type Truth, truth } from './truth.ts';

export interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}
type Token = GlobToken | Variable;

/** The value of a variable: text, undefined when the request has none, `unknown` when nobody can know. */
export type VariableValue = { readonly text: string | undefined } | 'unknown';
export type Variables = (key: string) => VariableValue;

/** Tokens of a text; `wild` says whether stars and question marks are wildcards. */
function tokensOf(source: string, variables: boolean, wild: boolean): Token[] {
  const tokens: Token[] = [];
  const plain = (text: string) => {
    if (text !== '') tokens.push(...(wild ? wildcards(text) : [text]));
  };
  let from = 0;
  while (variables) {
    const open = source.indexOf('${', from);
    const close = open === -1 ? -1 : source.indexOf('}', open);
    if (close === -1) break;
    plain(source.slice(from, open));
    const inner = source.slice(open + 2, close);
    if (inner === '*' || inner === '?' || inner === '$') tokens.push(inner);
    else {
      const comma = inner.indexOf(',');
      const key = (comma === -1 ? inner : inner.slice(0, comma)).trim();
      const written = comma === -1 ? undefined : inner.slice(comma + 1).trim();
      tokens.push({ key: key.toLowerCase(), fallback: written?.replace(/^'|'$/g, '') });
    }
    from = close + 1;
  }
  plain(source.slice(from));
  return tokens;
}

const isVariable = (token: Token): token is Variable => typeof token === 'object';

/** Puts values in. `no` when one is missing, `maybe` when one is unknown. */
function filled(tokens: readonly Token[], variables: Variables, blame: (key: string) => void): GlobToken[] | Truth {
  const result: GlobToken[] = [];
  for (const token of tokens) {
    if (!isVariable(token)) {
      result.push(token);
      continue;
    }
    const value = variables(token.key);
    if (value === 'unknown') {
      blame(token.key);
      return maybe;
    }
    const text = value.text ?? token.fallback;
    if (text === undefined) return no;
    result.push(text);
  }
  return result;
}

/** One text that is matched as a whole. */
export interface Pattern {
  readonly source: string;
  matches(text: string, variables: Variables, blame: (key: string) => void): Truth;
}

/** @param fold compare without case */
export function patternOf(
  source: string,
  options: { readonly variables: boolean; readonly wild: boolean; readonly fold?: boolean },
): Pattern {
  const fold = (text: string) => (options.fold ? text.toLowerCase() : text);
  const tokens = tokensOf(source, options.variables, options.wild);
  const folded = tokens.map((token) => (typeof token === 'string' ? fold(token) : token));
  if (!folded.some(isVariable)) {
    const glob = globOf(folded as GlobToken[]);
    return { source, matches: (text) => truth(globMatches(glob, fold(text))) };
  }
  return {
    source,
    matches: (text, variables, blame) => {
      const whole = filled(folded, (key) => foldedValue(variables(key), fold), blame);
      return typeof whole === 'number' ? whole : truth(globMatches(globOf(whole), fold(text)));
    },
  };
}

function foldedValue(value: VariableValue, fold: (text: string) => string): VariableValue {
  return value === 'unknown' || value.text === undefined ? value : { text: fold(value.text) };
}

const segments = 6;

/**
 * A pattern of ARNs: each of the six parts between colons is matched by itself, the last with everything behind it. Missing
 * parts at the end are stars (IAM completes `arn:aws:sqs`); `*` alone matches whatever there is, also no resource at all.
 * Source: IAM user guide, "IAM JSON policy elements: Resource" and "… Condition operators", ARN operators.
 */
export function arnPatternOf(source: string, variables: boolean): Pattern {
  if (source === '*') return { source, matches: () => truth(true) };
  const parts = splitAtColons(tokensOf(source, variables, true));
  const fixed = parts.some((part) => part.some(isVariable))
    ? undefined
    : parts.map((part) => globOf(part as GlobToken[]));
  return {
    source,
    matches: (text, values, blame) => {
      const arn = arnParts(text);
      if (arn === undefined) return no;
      let result: Truth = truth(true);
      for (let at = 0; at < parts.length; at += 1) {
        const known = fixed?.[at];
        const one =
          known === undefined
            ? partMatches(parts[at] ?? [], arn[at] ?? '', values, blame)
            : truth(globMatches(known, arn[at] ?? ''));
        if (one === no) return no;
        if (one < result) result = one;
      }
      return result;
    },
  };
}

function partMatches(part: readonly Token[], text: string, values: Variables, blame: (key: string) => void): Truth {
  const whole = filled(part, values, blame);
  return typeof whole === 'number' ? whole : truth(globMatches(globOf(whole), text));
}

function splitAtColons(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (typeof token !== 'string') {
      parts.at(-1)?.push(token);
      continue;
    }
    let rest = token;
    for (let colon = rest.indexOf(':'); colon !== -1 && parts.length < segments; colon = rest.indexOf(':')) {
      if (colon > 0) parts.at(-1)?.push(rest.slice(0, colon));
      parts.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== '') parts.at(-1)?.push(rest);
  }
  return parts;
}

/** The six parts of an ARN, undefined for what is none. */
export function arnParts(arn: string): readonly string[] | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  const parts: string[] = [];
  let from = 0;
  while (parts.length < segments - 1) {
    const colon = arn.indexOf(':', from);
    if (colon === -1) return undefined;
    parts.push(arn.slice(from, colon));
    from = colon + 1;
  }
  parts.push(arn.slice(from));
  return parts;
}

/** Whether a pattern without variables means a text for sure. */
export function matches(pattern: string, text: string): boolean {
  return (
    patternOf(pattern, { variables: false, wild: true }).matches(
      text,
      () => 'unknown',
      () => {},
    ) === 2
  );
}
