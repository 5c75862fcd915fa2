/** A resource of Terraform, read attribute by attribute; what is not known is reported when somebody asks for it. */
import { entry, isList, isMap, marksIn, textOf, Unknown, type Value, type ValueMap } from '../hcl/value.ts';
import { blocks, type Place, type TerraformResource } from '../resource.ts';

/** Told of every attribute that was wanted and is not known. */
export type Missing = (attribute: string, why: string) => void;

export class View {
  readonly address: string;
  readonly type: string;
  readonly locator: string;
  readonly place: Place;
  readonly #values: ValueMap;
  readonly #missing: Missing;

  constructor(resource: TerraformResource, missing: Missing) {
    this.address = resource.address;
    this.type = resource.type;
    this.locator = resource.locator;
    this.place = resource.place;
    this.#values = resource.values;
    this.#missing = missing;
  }

  #known(name: string): Value | undefined {
    const value = entry(this.#values, name);
    if (value instanceof Unknown) this.#missing(name, value.why);
    return value === null || value instanceof Unknown ? undefined : value;
  }

  /** A text, or a number or truth value as one. Empty is absent, as the provider means it. */
  text(name: string): string | undefined {
    const written = this.#text(name);
    const [why] = written === undefined ? [] : marksIn(written);
    if (why !== undefined) this.#missing(name, why);
    return why === undefined ? written : undefined;
  }

  #text(name: string): string | undefined {
    const value = this.#known(name);
    const written = value === undefined ? undefined : textOf(value);
    return written === '' ? undefined : written;
  }

  number(name: string): number | undefined {
    const value = this.#known(name);
    const number = value === undefined || value === '' ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#known(name);
    return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
  }

  /** The texts of a list or set. */
  texts(name: string): readonly string[] {
    const value = this.#known(name);
    const all: string[] = [];
    for (const item of isList(value) ? value : []) {
      if (item instanceof Unknown) this.#missing(name, item.why);
      const written = item === null || item instanceof Unknown ? undefined : textOf(item);
      if (written !== undefined && written !== '') all.push(written);
    }
    return all;
  }

  /** Keys of a map: of an environment, never its values. */
  keys(name: string): readonly string[] {
    const value = this.#known(name);
    return isMap(value) ? Object.keys(value).sort() : [];
  }

  /** Whether it is said at all, known or not. */
  has(name: string): boolean {
    const value = entry(this.#values, name);
    return value !== undefined && value !== null;
  }

  /** Nested blocks, each read like the resource. */
  blocks(name: string): readonly View[] {
    const value = entry(this.#values, name);
    for (const item of isList(value) ? value : [value]) if (item instanceof Unknown) this.#missing(name, item.why);
    return blocks(this.#values, name)
      .filter(isMap)
      .map((values) => this.#inner(name, values));
  }

  block(name: string): View {
    return this.blocks(name)[0] ?? this.#inner(name, {});
  }

  #inner(name: string, values: ValueMap): View {
    const missing: Missing = (attribute, why) => this.#missing(`${name}.${attribute}`, why);
    const { address, type, locator, place } = this;
    return new View({ address, type, locator, place, values }, missing);
  }

  /** A JSON text; what is marked in it as unknown is reported. */
  json(name: string): unknown {
    const written = this.#text(name);
    if (written === undefined) return undefined;
    for (const why of new Set(marksIn(written))) this.#missing(name, why);
    try {
      return JSON.parse(written);
    } catch {
      this.#missing(name, 'it is no JSON');
      return undefined;
    }
  }

  /** A policy document. */
  document(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.json(name);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  }

  /** Tags with those of the provider, where the source has them together. */
  tags(): readonly { readonly Key: string; readonly Value: string }[] {
    const value = entry(this.#values, this.has('tags_all') ? 'tags_all' : 'tags');
    if (!isMap(value)) return [];
    return Object.entries(value)
      .flatMap(([Key, each]) => (typeof each === 'string' ? [{ Key, Value: each }] : []))
      .sort((a, b) => (a.Key < b.Key ? -1 : 1));
  }
}
