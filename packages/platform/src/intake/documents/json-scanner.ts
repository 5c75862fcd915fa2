/**
 * Finds where JSON values begin and end in bytes, without building them. Resumable: feed it the same buffer again with more
 * at its end.
 *
 * stream-json would build tokens of everything, and says of itself that it is not meant for hostile input. What is needed
 * here is less: the ends of a value, and of each element of its `items`, so that JSON.parse can do the real work on pieces
 * of bounded size. Invalid JSON may be cut at a wrong place; JSON.parse then refuses the piece.
 */
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const items = Buffer.from('items');
/** JSON deeper than this is an attack on whatever walks it. */
export const maxJsonDepth = 200;

export interface JsonScanner {
  /** Where the scan stands, as an offset into the buffer. The caller moves it when it drops bytes from the front. */
  at: number;
  depth: number;
  deepest: number;
  inString: boolean;
  escaped: boolean;
  newlines: number;
  stringStart: number;
  /** Whether the last string at depth 1 reads `items`. */
  isItems: boolean;
  afterColon: boolean;
  /** Offset after the `[` of the top-level `items`, or of a top-level array; -1 when none was met. */
  itemsAt: number;
  newlinesAtItems: number;
}

export function makeJsonScanner(at: number): JsonScanner {
  return {
    at,
    depth: 0,
    deepest: 0,
    inString: false,
    escaped: false,
    newlines: 0,
    stringStart: at,
    isItems: false,
    afterColon: false,
    itemsAt: -1,
    newlinesAtItems: 0,
  };
}

export type ScanEnd =
  | 'more' // the buffer ended first
  | 'closed' // a bracket closed to `closeDepth`; `at` is behind it
  | 'separator' // a comma at `commaDepth`; `at` is behind it
  | 'not-json'; // a line break inside a string

export interface ScanRange {
  readonly closeDepth: number;
  readonly commaDepth: number;
  /** Also stop behind the `[` of `items` when it stands at this offset or later. */
  readonly itemsFrom?: number;
}

/**
 * Scans until a bracket closes to `closeDepth`, a comma stands at `commaDepth` (-1: commas do not matter), or `limit`.
 */
export function scanJson(
  scanner: JsonScanner,
  buffer: Buffer,
  { closeDepth, commaDepth, itemsFrom = Number.POSITIVE_INFINITY }: ScanRange,
  limit: number,
): ScanEnd {
  let { at, depth, inString, escaped } = scanner;
  const end = Math.min(buffer.length, limit);
  let result: ScanEnd = 'more';
  for (; at < end; at += 1) {
    const byte = buffer[at];
    if (inString) {
      if (escaped) escaped = false;
      else if (byte === backslash) escaped = true;
      else if (byte === quote) {
        inString = false;
        if (depth === 1)
          scanner.isItems =
            at - scanner.stringStart === items.length && buffer.subarray(scanner.stringStart, at).equals(items);
      } else if (byte === newline) {
        result = 'not-json';
        break;
      }
      continue;
    }
    if (byte === quote) {
      inString = true;
      scanner.stringStart = at + 1;
    } else if (byte === openBrace || byte === openBracket) {
      const holdsItems =
        byte === openBracket && (depth === 0 || (depth === 1 && scanner.isItems && scanner.afterColon));
      depth += 1;
      if (depth > scanner.deepest) scanner.deepest = depth;
      scanner.afterColon = false;
      if (holdsItems && scanner.itemsAt === -1) {
        scanner.itemsAt = at + 1;
        scanner.newlinesAtItems = scanner.newlines;
        if (at >= itemsFrom) {
          at += 1;
          break;
        }
      }
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth <= closeDepth) {
        at += 1;
        result = 'closed';
        break;
      }
    } else if (byte === comma) {
      scanner.afterColon = false;
      if (depth === commaDepth) {
        at += 1;
        result = 'separator';
        break;
      }
    } else if (byte === colon) scanner.afterColon = true;
    else if (byte === newline) scanner.newlines += 1;
  }
  scanner.at = at;
  scanner.depth = depth;
  scanner.inString = inString;
  scanner.escaped = escaped;
  return result;
}

/** Tells the scanner that the caller dropped bytes from the front of the buffer. */
export function rebase(scanner: JsonScanner, dropped: number): void {
  scanner.at -= dropped;
  scanner.stringStart -= dropped;
  if (scanner.itemsAt !== -1) scanner.itemsAt -= dropped;
}
