/**
 * Wildcard patterns of policies: `*` is any run of characters, `?` is any one. Matching takes the leftmost place for each
 * part between stars, which is always right because a later place leaves less room: no backtracking, at worst the product
 * of the lengths, and linear for parts without `?`.
 */
const anyRun = Symbol('*');
const anyOne = Symbol('?');
/** Literal text or a wildcard. */
export type GlobToken = string | typeof anyRun | typeof anyOne;

/** What stands between stars: text in which holes match any character. */
interface Part {
  readonly text: string;
  readonly holes: ReadonlySet<number> | undefined;
}
/** Parts joined by `*`: a glob without a star has one. */
export type Glob = readonly Part[];

export function globOf(tokens: readonly GlobToken[]): Glob {
  const parts: Part[] = [];
  let text = '';
  let holes: Set<number> | undefined;
  const close = () => {
    parts.push({ text, holes });
    text = '';
    holes = undefined;
  };
  for (const token of tokens) {
    if (token === anyRun) close();
    else if (token === anyOne) {
      holes ??= new Set();
      holes.add(text.length);
      text += '?';
    } else text += token;
  }
  parts.push({ text, holes });
  return parts;
}

/** The tokens of text as it is written, without policy variables. */
export function wildcards(text: string): GlobToken[] {
  return text
    .split(/([*?])/)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? anyRun : part === '?' ? anyOne : part));
}

export function globMatches(glob: Glob, text: string): boolean {
  const first = glob[0] as Part;
  const last = glob.at(-1) as Part;
  if (glob.length === 1) return text.length === first.text.length && standsAt(first, text, 0);
  const end = text.length - last.text.length;
  if (end < first.text.length || !standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
  let from = first.text.length;
  for (let at = 1; at < glob.length - 1; at += 1) {
    const part = glob[at] as Part;
    const found = find(part, text, from, end);
    if (found === -1) return false;
    from = found + part.text.length;
  }
  return from <= end;
}

function standsAt({ text: wanted, holes }: Part, text: string, at: number): boolean {
  if (holes === undefined) return text.startsWith(wanted, at);
  if (at + wanted.length > text.length) return false;
  for (let offset = 0; offset < wanted.length; offset += 1)
    if (!holes.has(offset) && text[at + offset] !== wanted[offset]) return false;
  return true;
}

function find(part: Part, text: string, from: number, end: number): number {
  if (part.holes === undefined) {
    const found = text.indexOf(part.text, from);
    return found === -1 || found + part.text.length > end ? -1 : found;
  }
  for (let at = from; at + part.text.length <= end; at += 1) if (standsAt(part, text, at)) return at;
  return -1;
}
