/**
 * Who reads what of an estate, so that a graph can be brought up to date without asking every rule again.
 *
 * A reader is a rule, or a piece of knowledge that rules share (`perEstate`). Each reads through a view of its own, and what is
 * read through a view is read by its owner, however late: a closure that keeps the view it was made with still reads as its
 * owner. So nothing is declared, and nothing can be forgotten.
 *
 * What must stay true:
 *
 * - Reading is told by kind of fact, `all` and `get` alike. A reader depends on what it read and on all that the knowledge
 *   depends on which it opened.
 * - A value is worked out from its view, from other knowledge and from nothing else; it may keep what it works out later.
 * - Knowledge that was made without reading anything is a *notebook*: those who open it write down what they found, and find
 *   what others wrote. Whoever opens it depends on everybody who opens it.
 * - Who asks an estate itself and not a view (a plan, an answer) is a stranger: nobody keeps what it read. It shares knowledge,
 *   which reads for itself, and gets notebooks of its own, because what it wrote into a shared one nobody would know it had read.
 */
import type { Estate, Fact, FactId, FactKind } from '@firebreak/contract';

/** What can be read of an estate, and can change. */
export type Subject = FactKind | 'gaps' | 'size';

const owners = new WeakMap<Estate, Reader>();

export class Reader {
  readonly view: Estate;
  /** The knowledge that it opened; for a notebook, those who opened it. */
  readonly opened = new Set<Reader>();
  readonly #read = new Set<Subject>();
  #estate: Estate;

  constructor(estate: Estate) {
    this.#estate = estate;
    const read = (subject: Subject): Estate => {
      this.#read.add(subject);
      return this.#estate;
    };
    this.view = {
      all: <K extends FactKind>(kind: K) => read(kind).all(kind),
      get: <K extends FactKind>(kind: K, id: FactId): Fact<K> | undefined => read(kind).get(kind, id),
      get gaps() {
        return read('gaps').gaps;
      },
      get size() {
        return read('size').size;
      },
    };
    owners.set(this.view, this);
  }

  get estate(): Estate {
    return this.#estate;
  }

  get hasReadNothing(): boolean {
    return this.#read.size === 0 && this.opened.size === 0;
  }

  /** Whether it has itself read one of these. */
  hasRead(subjects: ReadonlySet<Subject>): boolean {
    for (const subject of this.#read) if (subjects.has(subject)) return true;
    return false;
  }

  /** From now on it reads of another estate, in which all that it depends on is as it was. */
  moveTo(estate: Estate): void {
    this.#estate = estate;
  }
}

interface Knowledge {
  readonly value: unknown;
  readonly reader: Reader;
  readonly isNotebook: boolean;
}

/** What is known of an estate, by how it is worked out. */
const known = new WeakMap<Estate, Map<object, Knowledge>>();

function knowledgeOf(estate: Estate): Map<object, Knowledge> {
  let all = known.get(estate);
  if (all === undefined) {
    all = new Map();
    known.set(estate, all);
  }
  return all;
}

/** Works out what is not known yet, and notes who opened it. */
export function open<T>(estate: Estate, compute: (estate: Estate) => T): T {
  const opener = owners.get(estate);
  const base = opener?.estate ?? estate;
  let knowledge = knowledgeOf(base).get(compute);
  if (knowledge === undefined) {
    const reader = new Reader(base);
    const value = compute(reader.view);
    knowledge = { value, reader, isNotebook: reader.hasReadNothing };
    knowledgeOf(base).set(compute, knowledge);
  }
  if (opener === undefined) return knowledge.isNotebook ? compute(estate) : (knowledge.value as T);
  opener.opened.add(knowledge.reader);
  if (knowledge.isNotebook) knowledge.reader.opened.add(opener);
  return knowledge.value as T;
}

/**
 * Lets everybody who depends on nothing that changed read of the new estate, and gives it what they know. Afterwards nobody may be
 * taken over from `before` again: late readers have moved on.
 *
 * @param readers of the old estate, next to the knowledge of it
 * @param changed all in which the two estates differ
 * @returns those who stayed as they were
 */
export function takeOver(
  before: Estate,
  after: Estate,
  readers: Iterable<Reader>,
  changed: ReadonlySet<Subject>,
): ReadonlySet<Reader> {
  const old = knowledgeOf(before);
  const all = new Set([...readers, ...[...old.values()].map(({ reader }) => reader)]);
  const openers = new Map<Reader, Reader[]>();
  for (const reader of all)
    for (const opened of reader.opened) {
      all.add(opened);
      const others = openers.get(opened);
      if (others === undefined) openers.set(opened, [reader]);
      else others.push(reader);
    }
  const stale = new Set([...all].filter((reader) => reader.hasRead(changed)));
  for (const reader of stale) for (const opener of openers.get(reader) ?? []) stale.add(opener);

  const kept = new Set([...all].filter((reader) => !stale.has(reader)));
  for (const reader of kept) reader.moveTo(after);
  const fresh = knowledgeOf(after);
  for (const [compute, knowledge] of old)
    if (kept.has(knowledge.reader) && !fresh.has(compute)) fresh.set(compute, knowledge);
  return kept;
}
