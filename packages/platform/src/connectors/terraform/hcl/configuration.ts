/**
 * A folder of `.tf` files → the resources that it would make: variables with their defaults and `.tfvars`, locals, modules of
 * the same tree, `count` and `for_each`, references between resources. What must stay true:
 *
 * - nothing outside the folder is read, and no module from elsewhere;
 * - modules that include themselves, definitions that need themselves and numbers without end all stop, with a gap;
 * - a reference that cannot be followed stays `Unknown`.
 */
import { posix } from 'node:path';
import { computed, computedAttributes, needsArn } from '../computed.ts';
import { elsewhere, type Place, type TerraformResource } from '../resource.ts';
import { dataSource } from './data-source.ts';
import { type Budget, evaluate, type Scope, withNames } from './evaluate.ts';
import type { Block, Body, Expression } from './syntax.ts';
import { entry, isList, isMap, textOf, Unknown, type Value, type ValueMap } from './value.ts';

/** One folder of the tree: its blocks, and the values of its `.tfvars`. */
export interface ModuleSource {
  /** Path below the root of the tree, `.` for the root. */
  readonly folder: string;
  readonly blocks: readonly (Block & { readonly file: string })[];
  readonly values: ReadonlyMap<string, Expression>;
}
export interface Problem {
  readonly kind: 'invalid' | 'unresolved';
  readonly where: string;
  readonly reason: string;
}
export interface Configured {
  readonly resources: readonly TerraformResource[];
  readonly problems: readonly Problem[];
  readonly place: Place;
}

const limits = { steps: 5_000_000, modules: 2000, depth: 24, instances: 1000, resources: 200_000 };

/** `roots`: the folders that are applied; others are there to be used as modules. */
export function configure(
  sources: ReadonlyMap<string, ModuleSource>,
  roots: readonly string[],
  told: Place,
): Configured {
  const work: Work = {
    sources,
    resources: [],
    problems: [],
    budget: { left: limits.steps, depth: 0 },
    modules: 0,
  };
  const places: Place[] = [];
  for (const root of roots) {
    const source = sources.get(root);
    if (source === undefined) continue;
    const module = new Module(work, source, '', new Map(source.values), undefined, [root], told);
    places.push(module.settle());
    module.expand();
  }
  if (work.budget.left < 0)
    work.problems.push({
      kind: 'invalid',
      where: '.',
      reason: 'It takes too many steps to evaluate; the rest is not known.',
    });
  return { resources: work.resources, problems: work.problems, place: places[0] ?? told };
}

interface Work {
  readonly sources: ReadonlyMap<string, ModuleSource>;
  readonly resources: TerraformResource[];
  readonly problems: Problem[];
  readonly budget: Budget;
  modules: number;
}

/** Names of instances: none, numbers, or keys. */
type Instances = { readonly each: ValueMap; readonly suffix: string }[];

class Module {
  readonly #work: Work;
  readonly #source: ModuleSource;
  /** `module.data.`, empty for the root. */
  readonly #prefix: string;
  readonly #inputs: ReadonlyMap<string, Expression>;
  readonly #outer: Scope | undefined;
  readonly #trail: readonly string[];
  /** Where its default provider applies things. */
  #place: Place;
  readonly #memo = new Map<string, Value>();
  readonly #running = new Set<string>();
  readonly #byName = new Map<string, Block & { readonly file: string }>();

  constructor(
    work: Work,
    source: ModuleSource,
    prefix: string,
    inputs: ReadonlyMap<string, Expression>,
    outer: Scope | undefined,
    trail: readonly string[],
    place: Place,
  ) {
    this.#work = work;
    this.#source = source;
    this.#prefix = prefix;
    this.#inputs = inputs;
    this.#outer = outer;
    this.#trail = trail;
    this.#place = place;
    work.modules += 1;
    for (const block of source.blocks) {
      const [a, b] = block.labels;
      if (block.type === 'resource') this.#byName.set(`${a}.${b}`, block);
      else if (block.type === 'data') this.#byName.set(`data.${a}.${b}`, block);
      else if (block.type === 'variable') this.#byName.set(`var.${a}`, block);
      else if (block.type === 'module') this.#byName.set(`module.${a}`, block);
      else if (block.type === 'output') this.#byName.set(`output.${a}`, block);
      else if (block.type === 'locals')
        for (const name of block.body.attributes.keys()) this.#byName.set(`local.${name}`, block);
    }
  }

  /** Takes account and region from the provider's configuration, where nobody told them. */
  settle(): Place {
    const { account, region } = this.#providerPlace(undefined) ?? {};
    this.#place = { ...this.#place, account: this.#place.account ?? account, region: this.#place.region ?? region };
    return this.#place;
  }

  /** What a provider's configuration tells; undefined where there is none of that alias here. */
  #providerPlace(alias: string | undefined): Pick<Place, 'account' | 'region'> | undefined {
    for (const { type, labels, body } of this.#source.blocks) {
      if (type !== 'provider' || labels[0] !== 'aws' || this.#attribute(body, 'alias', nowhere) !== alias) continue;
      const value = (name: string) => this.#attribute(body, name, this.scope);
      const [allowed] = [value('allowed_account_ids')].filter(isList);
      const role = body.blocks.find((block) => block.type === 'assume_role');
      const assumed = role === undefined ? undefined : this.#attribute(role.body, 'role_arn', this.scope);
      const ofRole = digits(typeof assumed === 'string' ? assumed.split(':')[4] : undefined);
      // Without a role of its own it is the account of the default one.
      const usual = alias === undefined || role !== undefined ? undefined : this.#place.account;
      const region = value('region');
      return {
        account: digits(allowed?.[0]) ?? ofRole ?? usual,
        region: typeof region === 'string' ? region : undefined,
      };
    }
    return undefined;
  }

  /** Where what names this provider is applied: `aws.us`, or the default one when it names none. */
  #placeBy(provider: Expression | undefined): Place {
    if (provider === undefined || (provider.kind === 'variable' && provider.name === 'aws')) return this.#place;
    const alias = provider.kind === 'attribute' ? provider.name : undefined;
    const found = alias === undefined ? undefined : this.#providerPlace(alias);
    return { ...elsewhere(this.#place), ...found };
  }

  /** Makes everything that the module makes. */
  expand(): void {
    for (const block of this.#source.blocks) {
      if (block.type === 'resource') this.#valueOf(`${block.labels[0]}.${block.labels[1]}`);
      else if (block.type === 'module') this.#valueOf(`module.${block.labels[0]}`);
    }
  }

  readonly scope: Scope = {
    lookup: (path) => {
      const [first = '', second, third] = path;
      if (first === 'path' || first === 'terraform') return { value: new Unknown(path.join('.')), taken: path.length };
      const length = first === 'data' ? 3 : 2;
      if (path.length < length) return undefined;
      const name = first === 'data' ? `data.${second}.${third}` : `${first}.${second}`;
      if (!this.#byName.has(name)) return undefined;
      return { value: this.#valueOf(name), taken: length };
    },
  };

  #valueOf(name: string): Value {
    const known = this.#memo.get(name);
    if (known !== undefined) return known;
    const block = this.#byName.get(name);
    if (block === undefined) return new Unknown(name);
    if (this.#running.has(name)) {
      this.#problem('invalid', block, `${name} needs itself.`);
      return new Unknown(name);
    }
    this.#running.add(name);
    const value = this.#make(name, block);
    this.#running.delete(name);
    this.#memo.set(name, value);
    return value;
  }

  #make(name: string, block: Block & { readonly file: string }): Value {
    const [kind] = name.split('.', 1);
    switch (kind) {
      case 'var': {
        const given = this.#inputs.get(block.labels[0] ?? '');
        if (given !== undefined) return evaluate(given, this.#outer ?? nowhere, this.#work.budget);
        return this.#attribute(block.body, 'default', nowhere) ?? new Unknown(name);
      }
      case 'local':
        return this.#attribute(block.body, name.slice('local.'.length), this.scope) ?? new Unknown(name);
      case 'output':
        return this.#attribute(block.body, 'value', this.scope) ?? new Unknown(name);
      case 'module':
        return this.#each(block, name, (scope, suffix) => this.#child(block, name + suffix, scope));
      case 'data':
        return this.#each(block, name, (scope, suffix) => {
          const values = this.#bodyValue(block.body, scope);
          return dataSource(
            block.labels[0] ?? '',
            `${this.#prefix}${name}${suffix}`,
            values,
            this.#placeBy(block.body.attributes.get('provider')),
          );
        });
      default:
        return this.#each(block, name, (scope, suffix) => this.#resource(block, name + suffix, scope));
    }
  }

  /** One value, or a list or map of them, by `count` and `for_each`. */
  #each(block: Block & { readonly file: string }, name: string, make: (scope: Scope, suffix: string) => Value): Value {
    const count = this.#attribute(block.body, 'count', this.scope);
    const forEach = this.#attribute(block.body, 'for_each', this.scope);
    if (count === undefined && forEach === undefined) return make(this.scope, '');
    const instances = this.#instances(block, name, count, forEach);
    const made = instances.map(({ each, suffix }): [string, Value] => {
      const names = new Map<string, Value>([[count === undefined ? 'each' : 'count', each]]);
      return [String(entry(each, count === undefined ? 'key' : 'index')), make(withNames(this.scope, names), suffix)];
    });
    return count === undefined ? Object.fromEntries(made) : made.map(([, value]) => value);
  }

  #instances(
    block: Block & { readonly file: string },
    name: string,
    count: Value | undefined,
    forEach: Value | undefined,
  ): Instances {
    if (count !== undefined) {
      const number = Number(count);
      if (count instanceof Unknown || !Number.isInteger(number) || number < 0) {
        this.#problem('unresolved', block, `${name}: how many there are is not known; one is taken.`);
        return [{ each: { index: 0 }, suffix: '[0]' }];
      }
      if (number > limits.instances)
        this.#problem('invalid', block, `${name}: more than ${limits.instances} of it; the rest was left out.`);
      return Array.from({ length: Math.min(number, limits.instances) }, (_, index) => ({
        each: { index },
        suffix: `[${index}]`,
      }));
    }
    if (!isList(forEach) && !isMap(forEach)) {
      this.#problem('unresolved', block, `${name}: which of it there are is not known.`);
      return [];
    }
    const entries: [string, Value][] = isList(forEach)
      ? forEach.map((key) => [textOf(key) ?? '', key])
      : Object.entries(forEach);
    if (entries.length > limits.instances)
      this.#problem('invalid', block, `${name}: more than ${limits.instances} of it; the rest was left out.`);
    return entries
      .slice(0, limits.instances)
      .map(([key, value]) => ({ each: { key, value }, suffix: `[${JSON.stringify(key)}]` }));
  }

  #resource(block: Block & { readonly file: string }, name: string, scope: Scope): Value {
    const type = block.labels[0] ?? '';
    const address = this.#prefix + name;
    const place = this.#placeBy(block.body.attributes.get('provider'));
    const values: Record<string, Value> = { ...this.#bodyValue(block.body, scope) };
    for (const attribute of computedAttributes) {
      const made = values[attribute] === undefined ? computed(type, address, values, place, attribute) : undefined;
      if (made !== undefined) values[attribute] = made;
    }
    if (values.arn === undefined && needsArn(type)) values.arn = new Unknown(`${address}.arn`);
    if (this.#work.resources.length < limits.resources)
      this.#work.resources.push({ address, type, values, place, locator: `${block.file}:${block.line}` });
    return values;
  }

  #child(block: Block & { readonly file: string }, name: string, scope: Scope): Value {
    const written = this.#attribute(block.body, 'source', nowhere);
    const unknown = new Unknown(`${this.#prefix}${name}`);
    if (typeof written !== 'string' || !/^\.{1,2}(\/|$)/.test(written)) {
      this.#problem('unresolved', block, `${name} is from elsewhere, and was not read.`);
      return unknown;
    }
    const folder = posix.join(this.#source.folder, written).replace(/\/$/, '') || '.';
    const source = this.#work.sources.get(folder);
    if (source === undefined) {
      this.#problem('unresolved', block, `${name} lies outside of what was given, or is empty.`);
      return unknown;
    }
    if (this.#trail.includes(folder)) {
      this.#problem('invalid', block, `${name} includes itself.`);
      return unknown;
    }
    if (this.#trail.length >= limits.depth || this.#work.modules >= limits.modules) {
      this.#problem('invalid', block, `${name}: there are too many modules; it was left out.`);
      return unknown;
    }
    const { attributes } = block.body;
    const providers = attributes.get('providers');
    const handed = providers?.kind === 'object' ? providers.entries.find(([key]) => isAws(key))?.[1] : providers;
    const place = this.#placeBy(handed);
    const prefix = `${this.#prefix}${name}.`;
    const child = new Module(this.#work, source, prefix, attributes, scope, [...this.#trail, folder], place);
    child.expand();
    return child.outputs();
  }

  /** What others may see of the module. */
  outputs(): ValueMap {
    const outputs = this.#source.blocks.filter(({ type }) => type === 'output');
    return Object.fromEntries(outputs.map(({ labels: [name = ''] }) => [name, this.#valueOf(`output.${name}`)]));
  }

  #attribute(body: Body, name: string, scope: Scope): Value | undefined {
    const expression = body.attributes.get(name);
    return expression === undefined ? undefined : evaluate(expression, scope, this.#work.budget);
  }

  /** Attributes, and nested blocks by their type as lists. */
  #bodyValue(body: Body, scope: Scope, depth = 0): ValueMap {
    const values: Record<string, Value> = Object.create(null);
    for (const [name, expression] of body.attributes)
      if (depth > 0 || !meta.has(name)) values[name] = evaluate(expression, scope, this.#work.budget);
    const add = (type: string, value: Value) => {
      values[type] = [...(isList(values[type]) ? values[type] : []), value];
    };
    for (const block of body.blocks) {
      if (depth === 0 && metaBlocks.has(block.type)) continue;
      if (block.type !== 'dynamic') add(block.type, this.#bodyValue(block.body, scope, depth + 1));
      else {
        const [type = ''] = block.labels;
        const content = block.body.blocks.find((inner) => inner.type === 'content');
        const forEach = this.#attribute(block.body, 'for_each', scope);
        if (content === undefined || (!isList(forEach) && !isMap(forEach))) {
          add(type, new Unknown(`dynamic ${type}`));
          continue;
        }
        const iterator = block.body.attributes.get('iterator');
        const named = iterator?.kind === 'variable' ? iterator.name : type;
        for (const [key, value] of Object.entries(forEach).slice(0, limits.instances) as [string, Value][]) {
          const inner = withNames(scope, new Map([[named, { key: isList(forEach) ? value : key, value }]]));
          add(type, this.#bodyValue(content.body, inner, depth + 1));
        }
      }
    }
    return values;
  }

  #problem(kind: Problem['kind'], { file, line }: Block & { readonly file: string }, reason: string): void {
    this.#work.problems.push({ kind, where: `${file}:${line}`, reason });
  }
}

const nowhere: Scope = { lookup: () => undefined };
/** What Terraform itself reads of a resource. */
const meta = new Set(['count', 'for_each', 'provider', 'depends_on']);
const metaBlocks = new Set(['lifecycle', 'provisioner', 'connection', 'timeouts']);

/** A key of `providers`: the bare name, as a variable or as a text. */
function isAws(key: Expression): boolean {
  return (key.kind === 'variable' && key.name === 'aws') || (key.kind === 'literal' && key.value === 'aws');
}

function digits(value: Value | undefined): string | undefined {
  return typeof value === 'string' && /^\d{12}$/.test(value) ? value : undefined;
}
