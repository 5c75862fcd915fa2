/**
 * Reads all fields of an event that any rule asks for, each once, in one walk: the paths are a tree, and a branch that the
 * event lacks is left at once.
 *
 * A field `a.b.c` is what lies at that path; a part of it may also be a key that has dots itself
 * (`annotations.authorization.k8s.io/decision`), as long as it is the last one, or the whole (`{"a.b.c": 1}`, a flattened
 * event). A list on the way stands for each of its items.
 */
import type { Scalar } from './scalar.ts';

/** Values of one event that are read; more is a hostile event, and it is said. */
const maxValues = 100_000;
const maxListDepth = 16;
/** With more branches than this, the keys that an object has are looked up among them, and not they in the object. */
const manyBranches = 12;

interface Branch {
  readonly key: string;
  readonly branches: Branch[];
  readonly byKey: Map<string, Branch>;
  /** Fields that end here. */
  readonly fields: number[];
}

export class EventFields {
  readonly #root: Branch = { key: '', branches: [], byKey: new Map(), fields: [] };
  readonly #names: readonly string[];
  /** Field that stands for every value of the event, or -1. */
  readonly #keywords: number;
  /** What was read last: values by field, in the order of the event. */
  readonly values: Scalar[][];
  /** 0: absent; 1: there, but nothing or null; 3: something is there. */
  readonly presence: Uint8Array;
  /** Fields that are there, each once. */
  readonly there: number[] = [];
  /** The last event had more than is read. */
  truncated = false;
  #left = 0;

  /** @param names of fields; @param keywords number of the field that stands for all values, or -1. */
  constructor(names: readonly string[], keywords: number) {
    this.#names = names;
    this.#keywords = keywords;
    this.values = names.map(() => []);
    this.presence = new Uint8Array(names.length);
    for (const [field, name] of names.entries()) if (field !== keywords) this.#add(name, field);
  }

  read(event: object): void {
    for (const field of this.there) {
      const values = this.values[field];
      if (values !== undefined && values.length > 0) values.length = 0;
      this.presence[field] = 0;
    }
    this.there.length = 0;
    this.truncated = false;
    this.#left = maxValues;
    this.#walk(event, this.#root, 0);
    if (this.#keywords !== -1) this.#readAll(event, this.#keywords);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  #add(name: string, field: number): void {
    const keys = name.split('.');
    for (let nested = keys.length - 1; nested >= 0; nested -= 1) {
      let branch = this.#root;
      for (const key of [...keys.slice(0, nested), keys.slice(nested).join('.')]) {
        let child = branch.byKey.get(key);
        if (child === undefined) {
          child = { key, branches: [], byKey: new Map(), fields: [] };
          branch.branches.push(child);
          branch.byKey.set(key, child);
        }
        branch = child;
      }
      if (!branch.fields.includes(field)) branch.fields.push(field);
    }
  }

  #walk(value: object, branch: Branch, listDepth: number): void {
    if (Array.isArray(value)) {
      if (listDepth >= maxListDepth) {
        this.truncated = true;
        return;
      }
      for (const item of value) {
        if (!this.#take()) return;
        if (typeof item === 'object' && item !== null) this.#walk(item, branch, listDepth + 1);
      }
      return;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    if (branch.branches.length > manyBranches)
      for (const key of Object.keys(fields)) {
        const child = branch.byKey.get(key);
        const found = fields[key];
        if (child !== undefined && found !== undefined) this.#follow(found, child);
      }
    else
      for (const child of branch.branches) {
        const found = fields[child.key];
        if (found !== undefined && Object.hasOwn(fields, child.key)) this.#follow(found, child);
      }
  }

  #follow(found: unknown, child: Branch): void {
    for (const field of child.fields) this.#leaf(found, field, 0);
    if (child.branches.length > 0 && typeof found === 'object' && found !== null) this.#walk(found, child, 0);
  }

  #leaf(value: unknown, field: number, listDepth: number): void {
    if (!this.#take()) return;
    const values = this.values[field];
    this.#isThere(field);
    if (value === null) values?.push(null);
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      this.presence[field] = 3;
      values?.push(value);
    } else if (Array.isArray(value)) {
      if (listDepth >= maxListDepth) this.truncated = true;
      else for (const item of value) this.#leaf(item, field, listDepth + 1);
    } else this.presence[field] = 3;
  }

  #isThere(field: number): void {
    if (this.presence[field] !== 0) return;
    this.presence[field] = 1;
    this.there.push(field);
  }

  /** Without recursion: an event may nest as deeply as it likes. */
  #readAll(event: object, field: number): void {
    const open: unknown[] = [event];
    while (open.length > 0) {
      const value = open.pop();
      if (!this.#take()) return;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        this.#isThere(field);
        this.presence[field] = 3;
        this.values[field]?.push(value);
      } else if (typeof value === 'object' && value !== null)
        for (const item of Array.isArray(value) ? value : Object.values(value)) {
          if (open.length >= maxValues) {
            this.truncated = true;
            break;
          }
          open.push(item);
        }
    }
  }

  #take(): boolean {
    this.#left -= 1;
    if (this.#left >= 0) return true;
    this.truncated = true;
    return false;
  }
}
