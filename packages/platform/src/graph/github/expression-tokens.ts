/** Words and signs of GitHub's expression language; names as written, which the parser folds. Linear in the text. */
export type Token =
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null };

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Undefined where something stands that is no part of the language. */
export function tokensOf(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const pattern =
    /\s+|'((?:[^']|'')*)'|([-+]?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[-+]?\d+)?))(?![\w.])|([a-z_][\w-]*)|(\|\||&&|[=!<>]=|[<>!().,[\]*])/iy;
  while (pattern.lastIndex < source.length) {
    const match = pattern.exec(source);
    if (match === null) return undefined;
    const [, string, number, name, sign] = match;
    const before = tokens.at(-1);
    const behindDot = before?.kind === 'sign' && before.text === '.';
    if (string !== undefined) tokens.push({ kind: 'literal', value: string.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) });
    else if (name !== undefined && !behindDot && Object.hasOwn(words, name.toLowerCase()))
      tokens.push({ kind: 'literal', value: words[name.toLowerCase()] ?? null });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}
