/**
 * GitHub's OpenAPI description, as far as the contract server needs it: which operation a request is, whether its parameters
 * are GitHub's, what an answer looks like (GitHub's own example), and whether an answer is one.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

type Json = Record<string, unknown>;
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Json;
}
export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
export interface Operation {
  readonly method: Method;
  readonly template: string;
  readonly values: Readonly<Record<string, string>>;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, Json>>;
  readonly requestBody: Json | undefined;
}

/** Installs it on first use; a machine that cannot have it fails the suite. */
export function describedByGithub(): Description {
  const told = process.env.FIREBREAK_GITHUB_OPENAPI ?? installed();
  return new Description(JSON.parse(readFileSync(told, 'utf8')) as Json);
}

function installed(): string {
  const script = new URL('../../../../../../peers/github-openapi/install', import.meta.url).pathname;
  const said = execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const path = /^FIREBREAK_GITHUB_OPENAPI=(.+)$/m.exec(said)?.[1];
  if (path === undefined) throw new Error('peers/github-openapi/install did not say where the description is');
  return path;
}

export class Description {
  readonly #document: Json;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  readonly #templates: readonly {
    readonly template: string;
    readonly pattern: RegExp;
    readonly names: readonly string[];
  }[];

  constructor(document: Json) {
    this.#document = document;
    this.#ajv.addSchema(forValidation(document) as Json, 'github');
    this.#templates = Object.keys(document.paths as Json)
      .map((template) => ({
        template,
        names: [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
        // Only `{path}` of the contents API may hold slashes.
        pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, (_, name) => (name === 'path' ? '(.+)' : '([^/]+)'))}$`),
      }))
      .sort((a, b) => a.names.length - b.names.length);
  }

  /** The operation at a path, or undefined when GitHub has none. */
  operation(path: string, method: Method = 'get'): Operation | undefined {
    for (const { template, pattern, names } of this.#templates) {
      const match = pattern.exec(path);
      const told = (this.#document.paths as Record<string, Json>)[template]?.[method] as Json | undefined;
      if (match === null || told === undefined) continue;
      const values = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
      const parameters = ((told.parameters ?? []) as Json[]).map(
        (each) => this.#resolved(each) as unknown as Parameter,
      );
      const responses = told.responses as Record<string, Json>;
      const requestBody = told.requestBody === undefined ? undefined : this.#resolved(told.requestBody as Json);
      return { method, template, values, parameters, responses, requestBody };
    }
    return undefined;
  }

  /** What is wrong with a request; empty when GitHub would take it. */
  faults({ parameters, values }: Operation, query: URLSearchParams): readonly string[] {
    const faults: string[] = [];
    for (const [name, value] of query) {
      const known = parameters.find((each) => each.in === 'query' && each.name === name);
      if (known === undefined) faults.push(`no query parameter ${name}`);
      else if (!this.#fits(known.schema, value)) faults.push(`query parameter ${name}=${value}`);
    }
    for (const each of parameters) {
      if (each.in === 'query' && each.required === true && !query.has(each.name))
        faults.push(`${each.name} is missing`);
      if (each.in === 'path' && !this.#fits(each.schema, values[each.name] ?? ''))
        faults.push(`path parameter ${each.name}`);
    }
    return faults;
  }

  /** What is wrong with what a request carries. GitHub takes what it does not know; we send nothing of that kind. */
  bodyFaults({ method, template, requestBody }: Operation, body: unknown): readonly string[] {
    const content = (requestBody?.content ?? {}) as Record<string, Json>;
    const schema = content['application/json']?.schema as Json | undefined;
    if (schema === undefined) return body === undefined ? [] : ['a body where GitHub takes none'];
    if (body === undefined) return requestBody?.required === true ? ['no body'] : [];
    const at = `github#/paths/${escaped(template)}/${method}/requestBody/content/application~1json/schema`;
    const validate = this.#ajv.getSchema(at) ?? this.#ajv.compile({ $ref: at });
    const faults = validate(body) ? [] : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
    return [...faults, ...this.#unknown(schema, body, '')];
  }

  #unknown(schema: Json, body: unknown, where: string): readonly string[] {
    const known = this.#resolved(schema);
    if (Array.isArray(body))
      return body.flatMap((each) => this.#unknown((known.items ?? {}) as Json, each, `${where}[]`));
    if (typeof body !== 'object' || body === null || known.properties === undefined) return [];
    const properties = known.properties as Record<string, Json>;
    return Object.entries(body).flatMap(([name, each]) =>
      properties[name] === undefined
        ? [`${where}/${name} is nothing that GitHub knows`]
        : this.#unknown(properties[name], each, `${where}/${name}`),
    );
  }

  #fits(schema: Json | undefined, value: string): boolean {
    const known = this.#resolved(schema ?? {});
    const typed = known.type === 'integer' ? Number(value) : known.type === 'boolean' ? value === 'true' : value;
    return this.#ajv.validate(forValidation(known) as Json, typed) as boolean;
  }

  /** GitHub's own example of an answer, or one made from its schema. */
  example(operation: Operation, status = '200'): unknown {
    const content = this.#content(operation, status);
    const [example] = Object.values((content.examples ?? {}) as Record<string, Json>);
    if (example !== undefined) return structuredClone(this.#resolved(example).value);
    return this.#made((content.schema ?? {}) as Json, 0);
  }

  /** An answer with what its schema demands and nobody told; GitHub's own examples lack some of it. */
  completed(operation: Operation, value: unknown, status = '200'): unknown {
    return this.#completed((this.#content(operation, status).schema ?? {}) as Json, value, 0);
  }

  #completed(schema: Json, value: unknown, depth: number): unknown {
    const known = this.#resolved(schema);
    const alternatives = (known.oneOf ?? known.anyOf) as Json[] | undefined;
    if (alternatives !== undefined) {
      const fitting = alternatives.find((each) => {
        const type = this.#resolved(each).type ?? 'object';
        return (type === 'array') === Array.isArray(value);
      });
      return fitting === undefined || depth > 12 ? value : this.#completed(fitting, value, depth + 1);
    }
    if (Array.isArray(known.allOf))
      return known.allOf.reduce((part: unknown, each: Json) => this.#completed(each, part, depth + 1), value);
    if (Array.isArray(value)) return value.map((each) => this.#completed((known.items ?? {}) as Json, each, depth + 1));
    if (typeof value !== 'object' || value === null || known.properties === undefined || depth > 12) return value;
    const result: Json = { ...(value as Json) };
    const properties = known.properties as Record<string, Json>;
    for (const [name, each] of Object.entries(properties))
      if (name in result) result[name] = this.#completed(each, result[name], depth + 1);
      else if (((known.required ?? []) as string[]).includes(name)) result[name] = this.#made(each, depth + 1);
    return result;
  }

  /** What an answer has that GitHub's do not; empty when it could be GitHub's. */
  answerFaults(operation: Operation, answer: unknown, status = '200'): readonly string[] {
    if (operation.responses[status] === undefined) return [`status ${status} is none of GitHub's`];
    if (this.#content(operation, status).schema === undefined) return answer === undefined ? [] : ['a body unasked'];
    const pointer = this.#pointer(operation, status);
    const validate = this.#ajv.getSchema(`github${pointer}`) ?? this.#ajv.compile({ $ref: `github${pointer}` });
    if (validate(answer)) return [];
    return (validate.errors ?? []).slice(0, 3).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  #content({ responses }: Operation, status: string): Json {
    const response = this.#resolved((responses[status] ?? {}) as Json);
    const content = (response.content ?? {}) as Record<string, Json>;
    return content['application/json'] ?? {};
  }

  #pointer({ method, template, responses }: Operation, status: string): string {
    const response = (responses[status] ?? {}) as Json;
    const own = `#/paths/${escaped(template)}/${method}/responses/${status}`;
    const at = typeof response.$ref === 'string' ? response.$ref : own;
    return `${at}/content/application~1json/schema`;
  }

  #resolved(part: Json): Json {
    let current = part;
    while (typeof current.$ref === 'string') {
      let found: unknown = this.#document;
      for (const name of current.$ref.slice(2).split('/'))
        found = (found as Json)[name.replaceAll('~1', '/').replaceAll('~0', '~')];
      current = found as Json;
    }
    return current;
  }

  #made(schema: Json, depth: number): unknown {
    const known = this.#resolved(schema);
    if (known.example !== undefined) return known.example;
    if (known.default !== undefined) return known.default;
    if (Array.isArray(known.enum)) return known.enum[0];
    const [alternative] = (known.oneOf ?? known.anyOf ?? []) as Json[];
    if (alternative !== undefined) return this.#made(alternative, depth + 1);
    if (Array.isArray(known.allOf))
      return Object.assign({}, ...known.allOf.map((each: Json) => this.#made(each, depth + 1)));
    if (known.type === 'array') return depth > 6 ? [] : [this.#made((known.items ?? {}) as Json, depth + 1)];
    if (known.properties !== undefined) {
      const required = new Set((known.required ?? []) as string[]);
      const entries = Object.entries(known.properties as Record<string, Json>).filter(([name]) => required.has(name));
      return Object.fromEntries(entries.map(([name, each]) => [name, this.#made(each, depth + 1)]));
    }
    return { integer: 1, number: 1, boolean: true, object: {} }[known.type as string] ?? 'text';
  }
}

/** A path template as a part of a JSON pointer in a URL. */
function escaped(template: string): string {
  return template.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
}

/** OpenAPI 3.0 says `nullable`, JSON schema says `type: [x, null]`. */
function forValidation(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(forValidation);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, ...rest } = part as Json;
  const copy = Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, forValidation(each)]));
  if (nullable !== true) return copy;
  return Array.isArray(copy.enum) || copy.type === undefined
    ? { anyOf: [copy, { type: 'null' }] }
    : { ...copy, type: [copy.type, 'null'] };
}
