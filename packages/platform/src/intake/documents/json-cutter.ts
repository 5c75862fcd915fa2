/**
 * One JSON value: handed on whole when it is short enough, element by element when it is a long list (`kubectl get -o json`
 * of a big cluster). What turns out not to be JSON (a YAML flow mapping also starts with a brace) goes to the YAML cutter,
 * and so does what follows the value.
 */
import { type JsonScanner, makeJsonScanner, maxJsonDepth, rebase, scanJson } from './json-scanner.ts';
import { append, type Cutter, type CutterContext, type Skipped } from './piece.ts';

const openBrace = 0x7b;
const space = 0x20;

/** `otherwise` makes the cutter for bytes that are not this value; `behind` tells whether the value came before them. */
export function makeJsonCutter(
  { limits, document, line: firstLine, emit }: CutterContext,
  otherwise: (line: number, behind: boolean) => Cutter,
): Cutter {
  let mode: 'value' | 'elements' | 'tail' | 'ignore' = 'value';
  let handedOn: Cutter | undefined;
  let buffer: Buffer = Buffer.alloc(0);
  let start = 0;
  let startLine = firstLine;
  let scanner: JsonScanner = makeJsonScanner(0);
  let head: Buffer = Buffer.alloc(0);
  let item = 0;
  /** Depth between the elements: 2 for `{"items": [`, 1 for `[`. */
  let elementDepth = 2;
  let elementTooLong = false;

  const take = (end: number) => Buffer.from(buffer.subarray(start, end));
  function skip(kind: Skipped['kind']): void {
    emit({ kind, document, line: startLine, ...(item > 0 ? { item } : {}) });
  }
  function giveUp(kind: Skipped['kind']): void {
    skip(kind);
    mode = 'ignore';
  }
  /** Moves the start of the present piece to where the scanner stands. */
  function advance(): void {
    start = scanner.at;
    startLine += scanner.newlines;
    scanner.newlines = 0;
  }
  function handOn(from: number, line: number, behind: boolean): void {
    mode = 'ignore';
    handedOn = otherwise(line, behind);
    handedOn.push(buffer.subarray(from));
  }

  function scanValue(): void {
    const whole = start + limits.maxPiece;
    const list = start + Math.min(limits.listThreshold, limits.maxPiece);
    // In two strides: a list is recognised before the value is too long.
    const range = { closeDepth: 0, commaDepth: -1, itemsFrom: list };
    const end = scanJson(scanner, buffer, range, scanner.at < list ? list : whole);
    if (scanner.deepest > maxJsonDepth) giveUp('too-deep');
    else if (end === 'not-json') handOn(start, startLine, false);
    else if (end === 'closed') {
      emit({ kind: 'document', bytes: take(scanner.at), document, line: startLine });
      handOn(scanner.at, startLine + scanner.newlines, true);
    } else if (scanner.at >= list && scanner.itemsAt !== -1) openList();
    else if (scanner.at >= whole) giveUp('too-long');
  }

  function openList(): void {
    head = take(scanner.itemsAt);
    elementDepth = head[0] === openBrace ? 2 : 1;
    startLine += scanner.newlinesAtItems;
    start = scanner.itemsAt;
    scanner = makeJsonScanner(start);
    scanner.depth = elementDepth;
    item = 1;
    mode = 'elements';
  }

  function scanElement(): void {
    const end = scanJson(scanner, buffer, { closeDepth: elementDepth - 1, commaDepth: elementDepth }, buffer.length);
    const isBroken = scanner.deepest > maxJsonDepth || end === 'not-json';
    if (isBroken || end === 'more') {
      if (scanner.at - start > limits.maxPiece) {
        if (!elementTooLong) skip('too-long');
        elementTooLong = true;
        // The bytes may go; its lines are counted when it ends.
        start = scanner.at;
      }
      if (isBroken) giveUp(end === 'not-json' ? 'broken-list' : 'too-deep');
    } else {
      endElement(scanner.at - 1);
      item += 1;
      advance();
      if (end === 'closed' && scanner.depth === 0) handOn(scanner.at, startLine, true);
      else if (end === 'closed') mode = 'tail';
    }
  }
  function endElement(end: number): void {
    if (!elementTooLong && end - start > limits.maxPiece) skip('too-long');
    else if (!elementTooLong && isSomething(end))
      emit({ kind: 'json-item', bytes: take(end), document, item, line: startLine, head });
    elementTooLong = false;
  }
  function isSomething(end: number): boolean {
    for (let at = start; at < end; at += 1) if ((buffer[at] ?? space) > space) return true;
    return false;
  }

  function scanTail(): void {
    const end = scanJson(scanner, buffer, { closeDepth: 0, commaDepth: -1 }, buffer.length);
    advance();
    if (end === 'closed') handOn(scanner.at, startLine, true);
    else if (end === 'not-json') giveUp('broken-list');
  }

  function run(): void {
    while (mode !== 'ignore' && scanner.at < buffer.length) {
      if (mode === 'value') scanValue();
      else if (mode === 'elements') scanElement();
      else scanTail();
    }
  }

  return {
    push(bytes) {
      if (handedOn !== undefined) handedOn.push(bytes);
      if (mode === 'ignore') return;
      rebase(scanner, start);
      buffer = append(buffer.subarray(start), bytes);
      start = 0;
      run();
    },
    end() {
      if (handedOn !== undefined) handedOn.end();
      // A value that never closed: the parser says what is wrong with what there is.
      else if (mode === 'value') emit({ kind: 'document', bytes: take(buffer.length), document, line: startLine });
      else if (mode === 'elements' || mode === 'tail') {
        if (mode === 'elements') endElement(buffer.length);
        skip('broken-list');
      }
      buffer = Buffer.alloc(0);
      mode = 'ignore';
    },
  };
}
