/**
 * Cuts a stream of bytes into pieces that can be parsed one at a time: YAML documents, JSON values, and the items of a list
 * that is too long to be held. It reads a 200 MB manifest with a few MB of memory.
 *
 * What must stay true:
 * - a piece is never longer than `maxPiece`; what is longer is skipped up to the next document (or item) and reported;
 * - cutting is exact on valid input. A line that starts with `---` or `...` always ends a document, even inside a block
 *   scalar (YAML 1.2, c-forbidden). A list is cut into items only where lines start at the indentation of the list's own
 *   dashes, where YAML allows no scalar to go on;
 * - on invalid input it may cut wrongly, and the parser then refuses the piece: nothing is lost without a word.
 *
 * The price of cutting a list: an anchor of one item cannot be referred to from another. No tool writes such lists.
 */
import { type JsonScanner, makeJsonScanner, rebase, scanJson } from './json-scanner.ts';

export interface PieceLimits {
  /** Bytes of one document, or of one item of a list. */
  readonly maxPiece: number;
  /** A list that grows beyond this many bytes is cut into its items. */
  readonly listThreshold: number;
}

export interface Piece {
  readonly kind: 'document' | 'yaml-item' | 'json-item';
  readonly bytes: Buffer;
  /** 1-based number of the document in the stream, and of the item in its list. */
  readonly document: number;
  readonly item?: number;
  /** 1-based line on which the piece starts. */
  readonly line: number;
  /** What stood before the items of the list: may hold its apiVersion and kind. */
  readonly head?: Buffer;
}
export interface Skipped {
  readonly kind: 'too-long' | 'too-deep' | 'broken-list' | 'notes';
  readonly document: number;
  readonly item?: number;
  readonly line: number;
}
export type Cut = Piece | Skipped;

export interface Cutter {
  push(chunk: Buffer): readonly Cut[];
  end(): readonly Cut[];
}

type Mode = 'yaml' | 'yaml-items' | 'list-tail' | 'json' | 'json-items' | 'json-tail' | 'skip';

const newline = 0x0a;
const dash = 0x2d;
const dot = 0x2e;
const space = 0x20;
const hash = 0x23;
/** JSON deeper than this is an attack on whatever walks it. */
export const maxJsonDepth = 200;

export function makeCutter(limits: PieceLimits): Cutter {
  let buffer: Buffer = Buffer.alloc(0);
  let cuts: Cut[] = [];
  let mode: Mode = 'yaml';
  let document = 1;
  /** Offset of the first byte of the present piece, and its line. */
  let start = 0;
  let startLine = 1;
  /** Offset up to which lines were looked at, and its line. */
  let scan = 0;
  let line = 1;
  /** In `skip`: the present line began before the buffer does. */
  let midLine = false;
  /** Whether the present document has shown anything but blank lines and comments. */
  let significant = false;
  /** In a YAML document: offset after the line `items:`, or -1. */
  let itemsAt = -1;
  let itemsLine = 0;
  let head: Buffer = Buffer.alloc(0);
  let item = 0;
  let dashIndent = -1;
  let itemTooLong = false;
  let scanner: JsonScanner = makeJsonScanner(0);
  let notJson = false;
  let elementDepth = 2;

  function emit(kind: Piece['kind'], end: number): void {
    const bytes = Buffer.from(buffer.subarray(start, end));
    if (kind === 'document') cuts.push({ kind, bytes, document, line: startLine });
    else cuts.push({ kind, bytes, document, item, line: startLine, head });
  }
  function skipped(kind: Skipped['kind']): void {
    cuts.push({ kind, document, line: startLine, ...(item > 0 ? { item } : {}) });
  }
  function beginDocument(offset: number, atLine: number, countsUp: boolean): void {
    if (countsUp) document += 1;
    mode = 'yaml';
    start = offset;
    scan = offset;
    startLine = atLine;
    line = atLine;
    significant = false;
    itemsAt = -1;
    item = 0;
    dashIndent = -1;
    itemTooLong = false;
    notJson = false;
  }
  function beginPiece(offset: number, atLine: number): void {
    start = offset;
    startLine = atLine;
  }
  function giveUp(kind: Skipped['kind']): void {
    skipped(kind);
    mode = 'skip';
  }
  function firstByte(from: number, to: number): number {
    let at = from;
    while (at < to && (buffer[at] === space || buffer[at] === 0x09 || buffer[at] === 0x0d)) at += 1;
    return at;
  }
  function isMarker(from: number, to: number, byte: number): boolean {
    if (buffer[from] !== byte || buffer[from + 1] !== byte || buffer[from + 2] !== byte) return false;
    const after = from + 3;
    return after >= to || buffer[after] === space || buffer[after] === 0x09 || buffer[after] === 0x0d;
  }

  /** Ends the present document before a marker line. */
  function endDocument(end: number): void {
    if (mode === 'yaml' && significant) emit('document', end);
    if (mode === 'yaml-items') endItem(end);
  }
  function endItem(end: number): void {
    if (item > 0 && !itemTooLong) emit('yaml-item', end);
    itemTooLong = false;
  }

  /** One line of YAML at [scan, to); returns false when the line changed the mode and must be looked at again. */
  function yamlLine(to: number): boolean {
    const at = firstByte(scan, to);
    if (at >= to || buffer[at] === hash) return true;
    if (!significant) {
      significant = true;
      const byte = buffer[at];
      // `{{` opens a template that nobody rendered, not JSON.
      if (!notJson && (byte === 0x5b || (byte === 0x7b && buffer[at + 1] !== 0x7b))) {
        mode = 'json';
        beginPiece(at, line);
        scanner = makeJsonScanner(at);
        return false;
      }
    }
    if (buffer[scan] === 0x69 && itemsAt === -1 && /^items:[ \t\r]*(#|$)/.test(buffer.latin1Slice(scan, Math.min(to, scan + 40)))) {
      itemsAt = to + 1;
      itemsLine = line + 1;
    } else if (buffer[scan] === 0x4e && buffer.latin1Slice(scan, to).trimEnd() === 'NOTES:') {
      // What `helm install --dry-run` prints behind the last manifest.
      emit('document', scan);
      beginPiece(scan, line);
      giveUp('notes');
    }
    return true;
  }

  function itemLine(to: number): boolean {
    let at = scan;
    while (at < to && buffer[at] === space) at += 1;
    if (at >= to || buffer[at] === 0x0d || buffer[at] === hash) return true;
    const indent = at - scan;
    const isDash = buffer[at] === dash && (at + 1 >= to || buffer[at + 1] === space || buffer[at + 1] === 0x0d);
    if (dashIndent === -1) {
      if (!isDash) {
        giveUp('broken-list');
        return true;
      }
      dashIndent = indent;
    }
    if (isDash && indent === dashIndent) {
      endItem(scan);
      item += 1;
      beginPiece(scan, line);
    } else if (indent <= dashIndent) {
      endItem(scan);
      mode = 'list-tail';
    }
    return true;
  }

  /** Looks at the next line; false when the buffer holds no whole line (or, at the end, nothing) more. */
  function nextLine(final: boolean): boolean {
    let to = buffer.indexOf(newline, scan);
    if (to === -1) {
      if (!final || scan >= buffer.length) return false;
      to = buffer.length;
    }
    if (!midLine && (isMarker(scan, to, dash) || isMarker(scan, to, dot))) {
      endDocument(scan);
      const isStart = buffer[scan] === dash;
      // Content may follow the marker on its line: `--- {a: b}`, `--- # comment`.
      beginDocument(isStart ? Math.min(scan + 3, buffer.length) : to + 1, isStart ? line : line + 1, true);
      if (isStart) return true;
      return scan < buffer.length;
    }
    midLine = false;
    if (mode === 'yaml' && !yamlLine(to)) return true;
    if (mode === 'yaml-items') itemLine(to);
    scan = Math.min(to + 1, buffer.length);
    line += 1;
    if (mode === 'skip' || mode === 'list-tail') beginPiece(scan, line);
    return true;
  }

  /** Reacts to a piece that grows too long. */
  function checkLength(): void {
    const length = (mode === 'json' || mode === 'json-items' ? scanner.at : Math.max(scan, buffer.length)) - start;
    if (mode === 'yaml' && itemsAt !== -1 && scan - start > limits.listThreshold) {
      head = Buffer.from(buffer.subarray(start, itemsAt));
      mode = 'yaml-items';
      scan = itemsAt;
      line = itemsLine;
      beginPiece(scan, line);
    } else if (mode === 'yaml' && scan - start > limits.maxPiece) giveUp('too-long');
    else if (mode === 'yaml-items' && scan - start > limits.maxPiece) {
      if (!itemTooLong) skipped('too-long');
      itemTooLong = true;
      beginPiece(scan, line);
    } else if ((mode === 'yaml' || mode === 'yaml-items') && length > limits.maxPiece && buffer.indexOf(newline, scan) === -1) {
      // One endless line: nothing in it can end a document.
      giveUp('too-long');
    }
  }

  function jsonDone(): void {
    const offset = scanner.at;
    const atLine = startLine + scanner.newlines;
    beginDocument(offset, atLine, true);
    // Whatever follows on the line is looked at as the start of another document.
  }

  /** Scans JSON; false when more bytes are needed. */
  function nextJson(final: boolean): boolean {
    if (mode === 'json') {
      const overflow = start + (scanner.itemsAt !== -1 ? limits.listThreshold : limits.maxPiece);
      const end = scanJson(scanner, buffer, { closeDepth: 0, commaDepth: -1 }, Math.max(overflow, scanner.at));
      if (scanner.deepest > maxJsonDepth) {
        giveUp('too-deep');
        scan = scanner.at;
        midLine = true;
        return true;
      }
      if (end === 'closed') {
        emit('document', scanner.at);
        jsonDone();
        return true;
      }
      if (end === 'not-json') {
        notJson = true;
        mode = 'yaml';
        scan = start;
        line = startLine;
        midLine = false;
        return true;
      }
      if (scanner.at < overflow && scanner.at < buffer.length) return true;
      if (scanner.at >= overflow) {
        if (scanner.itemsAt !== -1) {
          head = Buffer.from(buffer.subarray(start, scanner.itemsAt));
          elementDepth = head.indexOf(0x7b) === -1 ? 1 : 2;
          const atLine = startLine + scanner.newlinesAtItems;
          const from = scanner.itemsAt;
          scanner = makeJsonScanner(from);
          scanner.depth = elementDepth;
          mode = 'json-items';
          item = 1;
          beginPiece(from, atLine);
        } else {
          giveUp('too-long');
          scan = scanner.at;
          midLine = true;
        }
        return true;
      }
    } else if (mode === 'json-items') {
      const range = { closeDepth: elementDepth - 1, commaDepth: elementDepth };
      const end = scanJson(scanner, buffer, range, buffer.length);
      if (scanner.deepest > maxJsonDepth || end === 'not-json') {
        giveUp(end === 'not-json' ? 'broken-list' : 'too-deep');
        scan = scanner.at;
        midLine = true;
        return true;
      }
      if (end === 'more') {
        if (scanner.at - start > limits.maxPiece) {
          if (!itemTooLong) skipped('too-long');
          itemTooLong = true;
          startLine += scanner.newlines;
          scanner.newlines = 0;
          start = scanner.at;
        }
      } else {
        if (!itemTooLong && scanner.at - 1 - start <= limits.maxPiece) {
          if (firstNonBlank(start, scanner.at - 1)) emit('json-item', scanner.at - 1);
        } else if (!itemTooLong) skipped('too-long');
        itemTooLong = false;
        item += 1;
        beginPiece(scanner.at, startLine + scanner.newlines);
        scanner.newlines = 0;
        if (end === 'closed') {
          if (scanner.depth === 0) jsonDone();
          else mode = 'json-tail';
        }
        return true;
      }
    } else if (mode === 'json-tail') {
      const end = scanJson(scanner, buffer, { closeDepth: 0, commaDepth: -1 }, buffer.length);
      if (end === 'closed') {
        jsonDone();
        return true;
      }
      if (end === 'not-json') {
        giveUp('broken-list');
        scan = scanner.at;
        midLine = true;
        return true;
      }
      startLine += scanner.newlines;
      scanner.newlines = 0;
      start = scanner.at;
    }
    if (final) {
      // The value never closed. A truncated document is the parser's to refuse; a truncated item likewise.
      if (mode === 'json') emit('document', buffer.length);
      else if (mode === 'json-items' && !itemTooLong && firstNonBlank(start, buffer.length)) emit('json-item', buffer.length);
      else if (mode === 'json-items' || mode === 'json-tail') skipped('broken-list');
      start = buffer.length;
      scan = buffer.length;
      mode = 'skip';
    }
    return false;
  }
  function firstNonBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if ((buffer[at] ?? space) > space) return true;
    return false;
  }

  function run(final: boolean): void {
    for (;;) {
      const isJson = mode === 'json' || mode === 'json-items' || mode === 'json-tail';
      const more = isJson ? nextJson(final) : nextLine(final);
      checkLength();
      if (!more) {
        const turned = (mode === 'json') !== isJson && mode === 'json';
        if (!turned) break;
      }
    }
    if (mode === 'skip' && !final && scan < buffer.length) {
      midLine = true;
      scan = buffer.length;
      start = scan;
    }
  }

  return {
    push(chunk) {
      cuts = [];
      const kept = buffer.length - start;
      const dropped = start;
      buffer = kept === 0 ? chunk : Buffer.concat([buffer.subarray(start), chunk]);
      start = 0;
      scan -= dropped;
      if (itemsAt !== -1) itemsAt -= dropped;
      rebase(scanner, dropped);
      run(false);
      return cuts;
    },
    end() {
      cuts = [];
      run(true);
      endDocument(buffer.length);
      return cuts;
    },
  };
}
