/**
 * All rules that concern one kind of event, compiled into one program.
 *
 * What rules ask is taken apart into **atoms**: one test on one field. Equal atoms of different rules are one atom. For an
 * event:
 *
 *  1. every field that any rule asks for is read once (`EventFields`);
 *  2. by field, what can be looked up is looked up: equal texts and numbers in a map, all literals of all patterns in one pass
 *     of an automaton, of whose hits the exact tests are made. These atoms are *eager*: now their truth is known;
 *  3. every rule is listed under atoms of which one must be true if the rule is (the rarest that its expression offers; at
 *     worst, that a field is there). Only rules whose atoms were met are candidates, and rules that can be true without any
 *     atom (`not …` alone) always are;
 *  4. candidates are evaluated. Atoms that cost more (regular expressions, networks, comparisons) are *lazy*: asked when the
 *     expression comes to them, and once for an event.
 *
 * What must stay true: the answer is that of evaluating every expression by itself (a property test holds both together), and
 * the work for an event is linear in its size, whatever is in it.
 */
import type { RE2JS } from 're2js';
import { contains, parseAddress } from '../language/address.ts';
import { fold } from '../language/fold.ts';
import { compileRegex } from '../language/modifiers.ts';
import type { Expression, Test } from '../language/rule.ts';
import { Automaton } from './automaton.ts';
import { EventFields } from './event-fields.ts';
import { maxTestedText, type PatternTest, patternTest } from './pattern-test.ts';
import { compares, type Scalar, scalarNumber, scalarText, timePart } from './scalar.ts';

type Node =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Node[] }
  | { readonly kind: 'not'; readonly part: Node }
  | { readonly kind: 'atom'; readonly atom: number };

interface Atom {
  readonly field: number;
  /** Absent for an eager one. */
  readonly lazy?: () => boolean;
  /** For an eager pattern that a literal only announces. */
  readonly pattern?: PatternTest;
  /** It may be true although the field is absent. */
  readonly ofAbsence?: true;
  /** How often rules name it. */
  uses: number;
}

interface FieldProgram {
  readonly folded: Map<string, number[]>;
  readonly cased: Map<string, number[]>;
  readonly numbers: Map<number, number[]>;
  /** True when the field is there; when it holds a value. */
  readonly there: number[];
  readonly anything: number[];
  readonly literals: { readonly text: string; readonly id: number }[];
  /** Of the keys of `folded`: folding keeps lengths, so a longer text is none of them. */
  longest: number;
  automaton?: Automaton;
  /** Whether anything is asked of its values that is not asked only when an expression comes to it. */
  isLookedUp: boolean;
  /** What was true of values of before, where they would have to be folded or an automaton to look. */
  memory?: { readonly atoms: Map<string, readonly number[]>; asked: number; known: number };
}

/** Of a field: so many values of so many units, forgotten all at once when there are more. */
const mostRemembered = 256;
const longestRemembered = 100;
const enoughAsked = 2000;

/** Field of keywords: no event has a field of this name. */
const keywordField = '\0';

export class Program {
  readonly #fieldNames: string[] = [];
  readonly #fieldNumbers = new Map<string, number>();
  readonly #fieldPrograms: FieldProgram[] = [];
  readonly #atoms: Atom[] = [];
  readonly #atomNumbers = new Map<string, number>();
  readonly #rules: readonly Node[];
  /** Rules by the atom that makes them candidates. */
  readonly #index: number[][] = [];
  readonly #always: number[] = [];
  readonly #fields: EventFields;
  /** Stamps: equal to `#now` when it was decided for this event. */
  #now = 0;
  readonly #isTrue: Uint32Array;
  readonly #asked: Uint32Array;
  readonly #isCandidate: Uint32Array;
  readonly #candidates: number[] = [];
  /** Patterns that were tried on the present value. */
  readonly #tried = new Set<number>();
  #cut = false;

  /** @param expressions of the rules; a rule is its number here. */
  constructor(expressions: readonly Expression[]) {
    const nodes = new Map<Expression, Node>();
    this.#rules = expressions.map((expression) => this.#node(expression, nodes));
    this.#fields = new EventFields(this.#fieldNames, this.#fieldNumbers.get(keywordField) ?? -1);
    for (const rule of this.#rules) for (const atom of atomsOf(rule)) this.#useAtom(atom);
    for (const [rule, node] of this.#rules.entries()) {
      const announcing = this.#announcing(node);
      if (announcing === undefined) this.#always.push(rule);
      else
        for (const atom of announcing.atoms) {
          const rules = this.#index[atom] ?? [];
          rules.push(rule);
          this.#index[atom] = rules;
        }
    }
    for (const field of this.#fieldPrograms) {
      if (field.literals.length > 0) field.automaton = new Automaton(field.literals);
      const { folded, cased, numbers, anything, automaton } = field;
      const keys = folded.size + cased.size + numbers.size;
      field.isLookedUp = keys > 0 || anything.length > 0 || automaton !== undefined;
      if (folded.size > 0 || automaton !== undefined) field.memory = { atoms: new Map(), asked: 0, known: 0 };
    }
    this.#isTrue = new Uint32Array(this.#atoms.length);
    this.#asked = new Uint32Array(this.#atoms.length);
    this.#isCandidate = new Uint32Array(this.#rules.length);
  }

  /** Numbers of the rules that are true for the event, ascending. `truncated`: the event was larger than what is looked at. */
  evaluate(event: object): { readonly matched: readonly number[]; readonly truncated: boolean } {
    this.#begin();
    this.#fields.read(event);
    for (const field of this.#fields.there) this.#lookUp(field);
    for (const rule of this.#always) this.#propose(rule);
    const matched = this.#candidates.filter((rule) => this.#holds(this.#rules[rule] as Node));
    if (matched.length > 1) matched.sort((a, b) => a - b);
    return { matched, truncated: this.#cut || this.#fields.truncated };
  }

  /** For the benchmark and for people: how large it is. */
  get size() {
    const automata = this.#fieldPrograms.flatMap(({ automaton }) => automaton ?? []);
    return {
      rules: this.#rules.length,
      atoms: this.#atoms.length,
      fields: this.#fieldNames.length,
      alwaysEvaluated: this.#always.length,
      automatonBytes: automata.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Of the fields that are read, keywords aside. */
  get fieldNames(): readonly string[] {
    return this.#fieldNames.filter((name) => name !== keywordField);
  }

  #begin(): void {
    this.#now += 1;
    if (this.#now === 0xffffffff) {
      for (const stamps of [this.#isTrue, this.#asked, this.#isCandidate]) stamps.fill(0);
      this.#now = 1;
    }
    this.#candidates.length = 0;
    this.#cut = false;
  }

  // --- running ---------------------------------------------------------------------------------------------------------

  #lookUp(field: number): void {
    const program = this.#fieldPrograms[field] as FieldProgram;
    const values = this.#fields.values[field] as Scalar[];
    this.#meetAll(program.there);
    if (!program.isLookedUp) return;
    for (const value of values) if (value !== null) this.#meetAll(this.#metBy(program, value));
  }

  /** Atoms that are true of a value: of one that comes again and again they are remembered. */
  #metBy(program: FieldProgram, value: Exclude<Scalar, null>): readonly number[] {
    const { memory } = program;
    if (memory === undefined || typeof value !== 'string' || value.length > longestRemembered)
      return this.#looked(program, value);
    const known = memory.atoms.get(value);
    memory.asked += 1;
    if (known !== undefined) {
      memory.known += 1;
      return known;
    }
    // A field whose values are all different is not worth it.
    if (memory.asked > enoughAsked && memory.known < memory.asked / 2) delete program.memory;
    const found = this.#looked(program, value);
    if (memory.atoms.size >= mostRemembered) memory.atoms.clear();
    memory.atoms.set(value, found);
    return found;
  }

  #looked(program: FieldProgram, value: Exclude<Scalar, null>): readonly number[] {
    const met = [...program.anything];
    const add = (atoms: readonly number[] | undefined) => {
      if (atoms !== undefined) for (const atom of atoms) met.push(atom);
    };
    const text = scalarText(value);
    if (program.cased.size > 0) add(program.cased.get(text));
    if (program.numbers.size > 0) {
      const number = scalarNumber(value);
      if (number !== undefined) add(program.numbers.get(number));
    }
    if (text.length <= program.longest) add(program.folded.get(fold(text)));
    if (program.automaton === undefined) return met;
    let folded: string | undefined;
    program.automaton.scan(text, (id) => {
      const pattern = this.#atoms[id]?.pattern;
      if (pattern === undefined) return;
      if (pattern.bounded && text.length > maxTestedText) this.#cut = true;
      // Once for a value: its literal may occur in it a million times.
      if (this.#tried.has(id)) return;
      this.#tried.add(id);
      folded ??= fold(text);
      if (pattern.test(text, folded)) met.push(id);
    });
    if (this.#tried.size > 0) this.#tried.clear();
    return met;
  }

  #meetAll(atoms: readonly number[]): void {
    for (const atom of atoms) this.#meet(atom);
  }

  #meet(atom: number): void {
    if (this.#isTrue[atom] === this.#now) return;
    this.#isTrue[atom] = this.#now;
    const rules = this.#index[atom];
    if (rules !== undefined) for (const rule of rules) this.#propose(rule);
  }

  #propose(rule: number): void {
    if (this.#isCandidate[rule] === this.#now) return;
    this.#isCandidate[rule] = this.#now;
    this.#candidates.push(rule);
  }

  #holds(node: Node): boolean {
    switch (node.kind) {
      case 'atom':
        return this.#atomHolds(node.atom);
      case 'not':
        return !this.#holds(node.part);
      case 'and':
        for (const part of node.parts) if (!this.#holds(part)) return false;
        return true;
      case 'or':
        for (const part of node.parts) if (this.#holds(part)) return true;
        return false;
    }
  }

  #atomHolds(atom: number): boolean {
    const { lazy } = this.#atoms[atom] as Atom;
    if (lazy !== undefined && this.#asked[atom] !== this.#now) {
      this.#asked[atom] = this.#now;
      if (lazy()) this.#isTrue[atom] = this.#now;
    }
    return this.#isTrue[atom] === this.#now;
  }

  // --- compiling -------------------------------------------------------------------------------------------------------

  #node(expression: Expression, known: Map<Expression, Node>): Node {
    const found = known.get(expression);
    if (found !== undefined) return found;
    const node: Node =
      expression.kind === 'test'
        ? { kind: 'atom', atom: this.#atom(expression.field ?? keywordField, expression.test) }
        : expression.kind === 'not'
          ? { kind: 'not', part: this.#node(expression.part, known) }
          : { kind: expression.kind, parts: this.#cheapFirst(expression.parts.map((part) => this.#node(part, known))) };
    known.set(expression, node);
    return node;
  }

  /** What is known already decides before what has to be asked. */
  #cheapFirst(parts: Node[]): Node[] {
    return parts
      .map((part) => ({ part, cost: this.#costOf(part) }))
      .sort((a, b) => a.cost - b.cost)
      .map(({ part }) => part);
  }

  #costOf(node: Node): number {
    if (node.kind === 'atom') return this.#atoms[node.atom]?.lazy === undefined ? 0 : 100;
    if (node.kind === 'not') return this.#costOf(node.part);
    return node.parts.reduce((sum, part) => sum + this.#costOf(part), 1);
  }

  #field(name: string): number {
    const known = this.#fieldNumbers.get(name);
    if (known !== undefined) return known;
    const number = this.#fieldNames.push(name) - 1;
    this.#fieldNumbers.set(name, number);
    this.#fieldPrograms.push({
      folded: new Map(),
      cased: new Map(),
      numbers: new Map(),
      there: [],
      anything: [],
      literals: [],
      longest: -1,
      isLookedUp: false,
    });
    return number;
  }

  #atom(name: string, test: Test): number {
    const key = `${name}\0${JSON.stringify(test, (key, value) => (key === 'network' ? undefined : value))}`;
    const known = this.#atomNumbers.get(key);
    if (known !== undefined) return known;
    const field = this.#field(name);
    const atom = this.#atoms.length;
    this.#atomNumbers.set(key, atom);
    // Placed first, because the number is taken; a lazy test gets its function here.
    this.#atoms.push({ field, uses: 0, ...this.#placed(atom, field, test) });
    return atom;
  }

  #placed(
    atom: number,
    field: number,
    test: Test,
  ): { readonly lazy?: () => boolean; readonly pattern?: PatternTest; readonly ofAbsence?: true } {
    const program = this.#fieldPrograms[field] as FieldProgram;
    const values = () => this.#fields.values[field] as Scalar[];
    switch (test.kind) {
      case 'exists':
        program.there.push(atom);
        return {};
      case 'number':
        push(program.numbers, test.value, atom);
        return {};
      case 'null':
        return { lazy: () => ((this.#fields.presence[field] as number) & 2) === 0, ofAbsence: true };
      case 'pattern': {
        const pattern = patternTest(test.pattern, test.cased);
        if (pattern.always) program.anything.push(atom);
        else if (pattern.equals !== undefined) {
          push(test.cased ? program.cased : program.folded, pattern.equals, atom);
          if (!test.cased) program.longest = Math.max(program.longest, pattern.equals.length);
        } else if (pattern.literal !== undefined) {
          program.literals.push({ text: pattern.literal, id: atom });
          return { pattern };
        } else return { lazy: () => values().some((value) => value !== null && this.#tryPattern(pattern, value)) };
        return {};
      }
      case 'regex': {
        const regex = compileRegex(test.source, test.flags);
        return { lazy: () => values().some((value) => value !== null && this.#tryRegex(regex, value)) };
      }
      case 'cidr':
        return {
          lazy: () =>
            values().some((value) => {
              const address = typeof value === 'string' ? parseAddress(value) : undefined;
              return address !== undefined && contains(test.network, address);
            }),
        };
      case 'compare':
        return { lazy: () => values().some((value) => compares(scalarNumber(value), test.by, test.value)) };
      case 'time':
        return { lazy: () => values().some((value) => compares(timePart(value, test.part), test.by, test.value)) };
      case 'fieldref': {
        const other = this.#field(test.other);
        const others = () => this.#fields.values[other] as Scalar[];
        return { lazy: () => refersTo(values(), others(), test) };
      }
    }
  }

  #tryPattern(pattern: PatternTest, value: Exclude<Scalar, null>): boolean {
    const text = scalarText(value);
    if (pattern.bounded && text.length > maxTestedText) this.#cut = true;
    return pattern.test(text, fold(text));
  }

  #tryRegex(regex: RE2JS, value: Exclude<Scalar, null>): boolean {
    const text = scalarText(value);
    if (text.length <= maxTestedText) return regex.test(text);
    this.#cut = true;
    return regex.test(text.slice(0, maxTestedText));
  }

  #useAtom(atom: number): void {
    const used = this.#atoms[atom];
    if (used !== undefined) used.uses += 1;
  }

  /** Atoms of which one is true whenever the node is, as rare as can be told; undefined when there are none. */
  #announcing(node: Node): { readonly atoms: readonly number[]; readonly cost: number } | undefined {
    if (node.kind === 'not') return undefined;
    if (node.kind === 'atom') {
      const { lazy, uses, field, ofAbsence } = this.#atoms[node.atom] as Atom;
      if (lazy === undefined) return { atoms: [node.atom], cost: uses };
      return ofAbsence ? undefined : { atoms: [this.#thereAtom(field)], cost: 1000 };
    }
    const options = node.parts.map((part) => this.#announcing(part));
    if (node.kind === 'and') {
      const possible = options.filter((option) => option !== undefined);
      return possible.length === 0
        ? undefined
        : possible.reduce((best, option) => (option.cost < best.cost ? option : best));
    }
    const all: number[] = [];
    let cost = 0;
    for (const option of options) {
      if (option === undefined) return undefined;
      all.push(...option.atoms);
      cost += option.cost;
    }
    return { atoms: [...new Set(all)], cost };
  }

  #thereAtom(field: number): number {
    return this.#atom(this.#fieldNames[field] ?? '', { kind: 'exists' });
  }
}

function push<K>(map: Map<K, number[]>, key: K, atom: number): void {
  const atoms = map.get(key);
  if (atoms === undefined) map.set(key, [atom]);
  else atoms.push(atom);
}

function* atomsOf(node: Node): Generator<number> {
  if (node.kind === 'atom') yield node.atom;
  else if (node.kind === 'not') yield* atomsOf(node.part);
  else for (const part of node.parts) yield* atomsOf(part);
}

/** Values of either side that are compared with each other: two long lists must not be multiplied. */
const maxReferred = 100;

function refersTo(
  values: readonly Scalar[],
  others: readonly Scalar[],
  { starts, ends, cased }: Extract<Test, { readonly kind: 'fieldref' }>,
): boolean {
  const form = (value: Scalar) => (value === null ? undefined : cased ? scalarText(value) : fold(scalarText(value)));
  const wanted = others.slice(0, maxReferred).flatMap((value) => form(value) ?? []);
  return values.slice(0, maxReferred).some((value) => {
    const text = form(value);
    if (text === undefined) return false;
    return wanted.some((other) =>
      starts && ends
        ? text.includes(other)
        : starts
          ? text.startsWith(other)
          : ends
            ? text.endsWith(other)
            : text === other,
    );
  });
}
