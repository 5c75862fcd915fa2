/**
 * A reading of a text: as it stands, with disguises taken off, or what a part of it says when it is decoded. Every unit of a reading
 * knows where in the original it comes from, so that whatever is found can be shown where it stands.
 */
export type ViewForm =
  | 'plain'
  | 'disguised'
  | 'tag characters'
  | 'variation selectors'
  | 'spaced letters'
  | 'base64'
  | 'hex'
  | 'percent'
  | 'reversed'
  | 'rot13';

export interface View {
  readonly form: ViewForm;
  /** Runs of white space are one: a line break where one was in it, else a space. */
  readonly text: string;
  /** Of units `start` to `end` of this text, where they stand in the original. */
  readonly place: (start: number, end: number) => Place;
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

const odd = /[^\S ]|\s{2,}/;
const runs = /\s+/g;

/** One white space for many. Native replacement does it; places are only worked out when something is found. */
export function squeezed(text: string): string {
  return odd.test(text) ? text.replace(runs, oneSpace) : text;
}

function oneSpace(run: string): string {
  if (run === ' ') return run;
  return run.includes('\n') || run.includes('\r') || run.includes('\u2028') || run.includes('\u2029') ? '\n' : ' ';
}

/** Of a unit of a reading, where it comes from in the original; of its length, where it ends. */
export type Origin = (index: number) => number;

/** A reading of which `origin` says where its units come from; the original itself without it. */
export function viewOf(form: ViewForm, text: string, origin: Origin = (index) => index): View {
  const own = squeezed(text);
  let offsets: Uint32Array | undefined;
  return {
    form,
    text: own,
    place(start, end) {
      if (own === text) return { start: origin(start), end: origin(end) };
      offsets ??= offsetsOf(text, own.length);
      return { start: origin(offsets[start] ?? 0), end: origin(offsets[end] ?? text.length) };
    },
  };
}

/** Where each unit of the squeezed text begins in the text. */
function offsetsOf(text: string, length: number): Uint32Array {
  const offsets = new Uint32Array(length + 1);
  let at = 0;
  let last = 0;
  for (const { index, 0: run } of text.matchAll(runs)) {
    while (last < index) {
      offsets[at] = last;
      at += 1;
      last += 1;
    }
    offsets[at] = index;
    at += 1;
    last = index + run.length;
  }
  for (; last <= text.length && at <= length; last += 1, at += 1) offsets[at] = last;
  return offsets;
}
