/** Judges what the symbolic machine sees, in whatever a pickle is wrapped. */
import { type Bytes, bytesOf, Damaged, partOf } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { allowedName, loadsBytes, refusedCall } from './allowed.ts';
import { knownFor } from './dangers.ts';
import { type Judge, PickleMachine, type Ran } from './machine.ts';
import { isThing, type Made, nameOf, type Reference, shownArguments, shownValue, type Value } from './values.ts';

export interface PickleWish {
  /** Persistent ids that the container knows; the others have no meaning without a loader. */
  readonly persistent?: (id: Value, offset: number) => string | undefined;
  readonly inStream?: (made: Made, state: Value, at: number, judge: Judge) => number | undefined;
  /** Where nested artifacts go (`_load_from_bytes`); inspected by the caller when the pickle has been read. */
  readonly nested?: (bytes: Bytes, offset: number) => void;
  /** It is text, and may be nothing but text: `channels:` at its beginning reads as an import of `hannels:`. */
  readonly text?: boolean;
}

/** What a file or folder of a module may be called; where another name stands, a loader ends before it does anything. */
const moduleName = /^[\p{L}\p{N}_.\-/\\]+$/u;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Reads one pickle from `from`. Everything it would do is judged; @throws Damaged after that. */
export function inspectPickle(inspection: Inspection, part: Part, from: number, wish: PickleWish = {}): Ran {
  return new PickleMachine(
    part.bytes,
    from,
    pickleJudge(inspection, part, wish),
    inspection.surroundings.limits.pickleOperations,
  ).run();
}

function pickleJudge(inspection: Inspection, part: Part, wish: PickleWish): Judge {
  const { allowed } = inspection.surroundings;
  const unsafe = (rule: string, offset: number, what: string) => inspection.say(part, 'unsafe', rule, offset, what);
  const isAllowed = (reference: Reference) =>
    allowed.has(nameOf(reference)) || nameOf(reference) === loadsBytes || allowedName(reference) !== undefined;
  const judge: Judge = {
    import(reference, offset) {
      if (isAllowed(reference)) return;
      if (wish.text === true && !moduleName.test(reference.module))
        throw new Damaged(offset, `There is no module ${shownValue(reference.module)}.`);
      const name = nameOf(reference);
      unsafe(
        'pickle/import',
        offset,
        identifier.test(name)
          ? `It takes ${name}, which is not on the list of what models need: ${knownFor(name)}.`
          : `It takes ${shownValue(reference.module)}, ${shownValue(reference.name)}, which is no plain name.`,
      );
    },
    call(how, callable, args, offset) {
      if (!isThing(callable, 'reference'))
        return unsafe('pickle/call', offset, `It calls ${shownValue(callable)}${shownArguments(args)} (${how}).`);
      const name = nameOf(callable);
      if (allowed.has(name)) return;
      if (name === loadsBytes) return nested(args, offset);
      const refused = refusedCall(callable, args);
      if (refused === undefined) return;
      const known = allowedName(callable) === undefined ? `${knownFor(name)}; ${refused}` : refused;
      unsafe('pickle/call', offset, `It calls ${name}${shownArguments(args)}: ${known} (${how}).`);
    },
    build(target, _state, offset) {
      if (isThing(target, 'made')) return;
      unsafe('pickle/build', offset, `It sets the state of ${shownValue(target)}, which is no new object.`);
    },
    fill(method, target, items, offset) {
      if (isThing(target, 'made') && target.by !== undefined) {
        if (allowedName(target.by)?.container === true || allowed.has(nameOf(target.by))) return;
        // What an allowed function of copyreg made of an allowed class.
        const [of] = isThing(target.args, 'tuple') ? target.args.items : [];
        if (target.by.module.startsWith('copy') && isThing(of, 'reference') && allowedName(of)?.container === true)
          return;
      }
      unsafe('pickle/fill', offset, `It calls ${method} of ${shownValue(target)} with ${items.length} things.`);
    },
    persistent(id, offset) {
      if (wish.text === true && typeof id === 'string' && id.includes(' '))
        throw new Damaged(offset, `${shownValue(id)} is no id.`);
      const wrong = wish.persistent === undefined ? undefined : wish.persistent(id, offset);
      if (wish.persistent === undefined)
        inspection.say(
          part,
          'suspicious',
          'pickle/persistent',
          offset,
          `What ${shownValue(id)} is depends on whoever loads it.`,
        );
      else if (wrong !== undefined) unsafe('pickle/persistent', offset, wrong);
    },
    odd(what, offset) {
      unsafe('pickle/odd', offset, `${what} No pickler writes that.`);
    },
    tick: (offset) => inspection.mustHaveTime(offset),
  };
  const { inStream } = wish;
  if (inStream !== undefined) judge.inStream = (made, state, at) => inStream(made, state, at, judge);
  return judge;

  function nested(args: Value, offset: number) {
    const [bytes] = isThing(args, 'tuple') ? args.items : [];
    const inner = bytesIn(part.bytes, bytes);
    if (inner !== undefined && wish.nested !== undefined) return wish.nested(inner, offset);
    unsafe(
      'pickle/call',
      offset,
      `It calls ${loadsBytes}${shownArguments(args)}, and what it loads cannot be followed.`,
    );
  }
}

/** The bytes that a value stands for, where they can be known. */
function bytesIn(all: Bytes, value: Value | undefined): Bytes | undefined {
  if (isThing(value, 'bytes')) return partOf(all, value.at, value.length);
  if (!isThing(value, 'made') || value.by === undefined || nameOf(value.by) !== '_codecs.encode') return undefined;
  const [text] = isThing(value.args, 'tuple') ? value.args.items : [];
  return typeof text === 'string' ? bytesOf(Buffer.from(text, 'latin1')) : undefined;
}

/** A file of pickles: one, or several in a row as `pickle.dump` appends them. */
export function inspectPickles(inspection: Inspection, part: Part, wish: PickleWish): void {
  inspectFurther(inspection, part, inspectPickle(inspection, part, 0, wish).end, wish);
}

/** What follows after the first pickle; loaders read the first, so it is said that there is more. */
export function inspectFurther(inspection: Inspection, part: Part, from: number, wish: PickleWish): void {
  for (let at = from, count = 1; at < part.bytes.size; count += 1) {
    if (count === 1)
      inspection.say(part, 'suspicious', 'pickle/more', at, 'More follows after the pickle; most loaders stop there.');
    if (count > 1000) throw new Damaged(at, 'More than a thousand pickles follow each other.');
    at = inspectPickle(inspection, part, at, wish).end;
  }
}
