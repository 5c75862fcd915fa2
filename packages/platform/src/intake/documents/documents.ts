/**
 * Cuts a stream of bytes into pieces that can be parsed one at a time: YAML documents, JSON values, items of long lists. It
 * reads a 200 MB manifest with a few MB of memory.
 *
 * What must stay true:
 * - no piece is longer than `maxPiece`; what is longer is passed over and reported;
 * - cutting is exact on valid input: a line that starts with `---` or `...` always ends a document, even in the middle of
 *   a block scalar (YAML 1.2.2, c-forbidden), and it cannot occur inside JSON;
 * - on invalid input it may cut at a wrong place, and the parser then refuses the piece: nothing is lost without a word.
 */
import { makeJsonCutter } from './json-cutter.ts';
import { append, type Cut, type Cutter, type PieceLimits } from './piece.ts';
import { makeYamlCutter } from './yaml-cutter.ts';

export interface DocumentStream {
  push(chunk: Buffer): readonly Cut[];
  end(): readonly Cut[];
}

const newline = 0x0a;
const hash = 0x23;
const openBracket = 0x5b;
const openBrace = 0x7b;
const markerStarts = ['\n---', '\n...'] as const;

export function cutDocuments(limits: PieceLimits): DocumentStream {
  let cuts: Cut[] = [];
  /** Significant documents so far: the number of the next one is one more. */
  let documents = 0;
  let line = 1;
  let carry: Buffer = Buffer.alloc(0);
  let atLineStart = true;
  const emit = (cut: Cut) => void cuts.push(cut);

  /** Chooses the cutter by the first byte that is no blank and no comment. */
  function makeDocument(firstLine: number): Cutter {
    let pending: Buffer = Buffer.alloc(0);
    let chosen: Cutter | undefined;
    let tooLong = false;
    function choose(bytes: Buffer, at: number): Cutter {
      documents += 1;
      const context = { limits, document: documents, line: firstLine, emit };
      const first = bytes[at];
      // `{{` opens a template that nobody rendered, not JSON.
      const isJson = first === openBracket || (first === openBrace && bytes[at + 1] !== openBrace);
      const cutter = isJson
        ? makeJsonCutter({ ...context, line: firstLine + countLines(bytes, at) }, (fromLine, behind) =>
            behind ? makeDocument(fromLine) : makeYamlCutter({ ...context, line: fromLine }),
          )
        : makeYamlCutter(context);
      cutter.push(isJson ? bytes.subarray(at) : bytes);
      return cutter;
    }
    return {
      push(bytes) {
        if (chosen !== undefined) return chosen.push(bytes);
        if (tooLong) return;
        pending = append(pending, bytes);
        const at = firstSignificant(pending);
        // A brace at the very end may be the first half of `{{`.
        if (at === -1 || at === pending.length - 1) tooLong = pending.length > limits.maxPiece;
        else chosen = choose(pending, at);
        if (tooLong) emit({ kind: 'too-long', document: documents + 1, line: firstLine });
        if (tooLong || chosen !== undefined) pending = Buffer.alloc(0);
      },
      end() {
        const at = firstSignificant(pending);
        if (chosen === undefined && at !== -1) chosen = choose(pending, at);
        chosen?.end();
      },
    };
  }

  let current = makeDocument(1);
  function pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    current.push(bytes);
    line += countLines(bytes, bytes.length);
    atLineStart = bytes[bytes.length - 1] === newline;
  }
  function run(buffer: Buffer, final: boolean): Buffer {
    let from = 0;
    const candidates = candidatesIn(buffer);
    for (;;) {
      const marker = findMarker(buffer, candidates, from, atLineStart, final);
      if (marker.found) {
        pass(buffer.subarray(from, marker.at));
        current.end();
        current = makeDocument(line);
        // Content may follow on the marker's own line: `--- {a: b}`, `--- # Source: chart/templates/x.yaml`.
        from = marker.at + 3;
        atLineStart = false;
      } else {
        pass(buffer.subarray(from, marker.at));
        return Buffer.from(buffer.subarray(marker.at));
      }
    }
  }

  return {
    push(chunk) {
      cuts = [];
      carry = run(append(carry, chunk), false);
      return cuts;
    },
    end() {
      cuts = [];
      run(carry, true);
      current.end();
      return cuts;
    },
  };
}

/** The next marker line, or how far the buffer certainly holds none. */
function findMarker(
  buffer: Buffer,
  candidates: (from: number) => number,
  from: number,
  atLineStart: boolean,
  final: boolean,
): { readonly found: boolean; readonly at: number } {
  let lineStart = atLineStart ? from : nextLineStart(buffer, from);
  while (lineStart < buffer.length) {
    if (buffer.length - lineStart < 4 && !final) return { found: false, at: lineStart };
    const word = buffer.toString('latin1', lineStart, lineStart + 3);
    const after = buffer[lineStart + 3];
    const ends = after === undefined || after === 0x20 || after === 0x09 || after === 0x0d || after === newline;
    if (ends && (word === '---' || word === '...')) return { found: true, at: lineStart };
    lineStart = candidates(lineStart);
  }
  if (final) return { found: false, at: buffer.length };
  // The last bytes may be the beginning of a marker line.
  const lastLine = buffer.lastIndexOf(newline) + 1;
  const mayBegin = lastLine > from ? lastLine : atLineStart ? from : buffer.length;
  return { found: false, at: buffer.length - mayBegin < 4 ? mayBegin : buffer.length };
}

/** The next line start behind `from` that begins like a marker, or infinity. Each byte is searched once per kind of marker. */
function candidatesIn(buffer: Buffer): (from: number) => number {
  const next = markerStarts.map(() => -1);
  return (from) => {
    for (const [kind, start] of markerStarts.entries()) {
      if ((next[kind] ?? -1) > from) continue;
      const at = buffer.indexOf(start, from);
      next[kind] = at === -1 ? Number.POSITIVE_INFINITY : at + 1;
    }
    return Math.min(...next);
  };
}

function nextLineStart(buffer: Buffer, from: number): number {
  const at = buffer.indexOf(newline, from);
  return at === -1 ? Number.POSITIVE_INFINITY : at + 1;
}

function countLines(bytes: Buffer, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1 && at < to; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Offset of the first byte that is neither blank nor in a comment line, or -1. */
function firstSignificant(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === hash) {
      const end = bytes.indexOf(newline, at);
      if (end === -1) return -1;
      at = end + 1;
    } else if (byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === newline) at += 1;
    else return at;
  }
  return -1;
}
