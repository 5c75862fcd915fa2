/**
 * One YAML document: handed on whole when it is short enough, item by item when it is a long list.
 *
 * What must stay true: a list is cut only where a line starts at the indentation of the list's own dashes, where YAML lets
 * no scalar go on. The price of cutting: an anchor of one item cannot be used in another, which no tool writes.
 */
import { append, type Cutter, type CutterContext, type Skipped } from './piece.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const dash = 0x2d;
const hash = 0x23;

export function makeYamlCutter({ limits, document, line: firstLine, emit }: CutterContext): Cutter {
  let mode: 'document' | 'items' | 'ignore' = 'document';
  let buffer: Buffer = Buffer.alloc(0);
  /** Offsets into the buffer: start of the present piece, start of the next line to look at; and their lines. */
  let start = 0;
  let startLine = firstLine;
  let scan = 0;
  let line = firstLine;
  /** Offset and line behind `items:`. */
  let items: { readonly at: number; readonly line: number } | undefined;
  let head: Buffer = Buffer.alloc(0);
  let item = 0;
  let dashIndent = -1;
  let itemTooLong = false;
  /** The beginning of the line at `scan` was looked at already, its end is not there yet. */
  let lineBegun = false;

  const take = (end: number) => Buffer.from(buffer.subarray(start, end));
  function skip(kind: Skipped['kind']): void {
    emit({ kind, document, line: startLine, ...(item > 0 ? { item } : {}) });
  }
  function endItem(end: number): void {
    if (item > 0 && !itemTooLong) emit({ kind: 'yaml-item', bytes: take(end), document, item, line: startLine, head });
    itemTooLong = false;
  }

  function documentLine(to: number): void {
    if (items === undefined && startsWith('items:', to)) {
      // Only a bare `items:` opens a block list; `items: []` or `items: {…}` stay on their line.
      if (/^items:[ \t\r]*(#|$)/.test(buffer.toString('latin1', scan, Math.min(to, scan + 80))))
        items = { at: to + 1, line: line + 1 };
    } else if (startsWith('NOTES:', to) && buffer.toString('latin1', scan, to).trimEnd() === 'NOTES:') {
      // What `helm install --dry-run` prints behind the last manifest.
      if (scan > start) emit({ kind: 'document', bytes: take(scan), document, line: startLine });
      startLine = line;
      skip('notes');
      mode = 'ignore';
    }
  }
  const startsWith = (word: string, to: number) =>
    to - scan >= word.length &&
    buffer[scan] === word.charCodeAt(0) &&
    buffer.toString('latin1', scan, scan + word.length) === word;

  function itemLine(to: number): void {
    let at = scan;
    while (at < to && buffer[at] === space) at += 1;
    if (at >= to || buffer[at] === carriageReturn || buffer[at] === hash) return;
    const indent = at - scan;
    const after = buffer[at + 1];
    const isDash = buffer[at] === dash && (at + 1 >= to || after === space || after === carriageReturn);
    if (dashIndent === -1 && isDash) dashIndent = indent;
    if (isDash && indent === dashIndent) {
      endItem(scan);
      item += 1;
      start = scan;
      startLine = line;
    } else if (dashIndent === -1) {
      skip('broken-list');
      mode = 'ignore';
    } else if (indent <= dashIndent) {
      // The list's own keys again (`kind: List`, `metadata:`): nothing more to read.
      endItem(scan);
      mode = 'ignore';
    }
  }

  function openList(found: { readonly at: number; readonly line: number }): void {
    head = take(found.at);
    mode = 'items';
    start = found.at;
    scan = found.at;
    startLine = found.line;
    line = found.line;
  }

  function readLines(final: boolean): void {
    while (mode !== 'ignore' && scan < buffer.length) {
      const end = buffer.indexOf(newline, scan);
      const isWhole = end !== -1 || final;
      const to = end === -1 ? buffer.length : end;
      // A line without an end is looked at as soon as it makes the piece too long.
      if (!isWhole && to - start <= limits.maxPiece) return;
      if (mode === 'document') {
        if (to - start > limits.maxPiece) {
          if (items !== undefined) {
            openList(items);
            continue;
          }
          skip('too-long');
          mode = 'ignore';
          return;
        }
        documentLine(to);
      } else if (!lineBegun) itemLine(to);
      if (mode === 'items' && to - start > limits.maxPiece) passOver(to);
      lineBegun = !isWhole;
      if (!isWhole && start <= scan) return;
      scan = Math.min(isWhole ? to + 1 : to, buffer.length);
      if (isWhole) line += 1;
      if (mode === 'document' && items !== undefined && scan - start > limits.listThreshold) openList(items);
    }
  }
  /** Drops what there is of an item that is too long. */
  function passOver(to: number): void {
    if (!itemTooLong) skip('too-long');
    itemTooLong = true;
    start = to;
  }

  return {
    push(bytes) {
      if (mode === 'ignore') return;
      buffer = append(buffer.subarray(start), bytes);
      scan -= start;
      if (items !== undefined) items = { at: items.at - start, line: items.line };
      start = 0;
      readLines(false);
    },
    end() {
      readLines(true);
      if (mode === 'document') emit({ kind: 'document', bytes: take(buffer.length), document, line: startLine });
      // What came before `items:` was no list after all, or its items are missing.
      if (mode === 'items' && item === 0) skip('broken-list');
      if (mode === 'items') endItem(buffer.length);
      buffer = Buffer.alloc(0);
      mode = 'ignore';
    },
  };
}
