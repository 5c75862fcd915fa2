/**
 * What a plan does not know yet, followed along its configuration: from an attribute to the resource that it names, through
 * outputs and inputs of modules. What must stay true: a plan tells which things an expression names, and not what it makes of
 * them (`"${aws_s3_bucket.a.arn}/*"` looks like `aws_s3_bucket.a.arn`), so that only attributes are followed that hold an
 * identifier as it is; everything else stays unknown.
 *
 * Source: Terraform documentation, "JSON Output Format", configuration representation.
 */
import { array, at, type Foreign, record } from '../../intake/foreign.ts';
import { computed } from './computed.ts';
import { entry, Unknown, type Value, type ValueMap } from './hcl/value.ts';
import type { Place } from './resource.ts';

export interface Planned {
  readonly address: string;
  readonly type: string;
  readonly values: ValueMap;
}

/** Attributes that name something else and nothing more. */
const identifiers = new Set([
  ...['role', 'user', 'group', 'policy_arn', 'policy_id', 'target_id', 'permissions_boundary', 'principal_arn'],
  ...['role_arn', 'node_role_arn', 'execution_role_arn', 'task_role_arn', 'service_role', 'agent_resource_role_arn'],
  ...['iam_role_arn', 'iam_instance_profile', 'bucket', 'repository', 'key_id', 'target_key_id', 'kms_key_id'],
  ...['kms_key_arn', 'secret_arn', 'secret_id', 'function_name', 'cluster', 'cluster_name', 'task_definition'],
  ...[
    'security_group_id',
    'endpoint_config_name',
    'agent_id',
    'knowledge_base_id',
    'project_name',
    'grantee_principal',
  ],
]);
/** Steps from one name to the next. */
const maxSteps = 64;

/** A value at the place where it is written: what it may name is read in that module. */
interface Written {
  readonly expression: unknown;
  /** `module.store["a"].`, empty in the root. */
  readonly module: string;
}

export class References {
  readonly #plan: unknown;
  readonly #planned: ReadonlyMap<string, Planned>;
  readonly #place: Place;
  readonly #written = new Map<unknown, ReadonlyMap<unknown, Foreign | undefined>>();

  constructor(plan: unknown, planned: ReadonlyMap<string, Planned>, place: Place) {
    this.#plan = plan;
    this.#planned = planned;
    this.#place = place;
  }

  /** Attributes of a resource that its configuration writes and that are not among its values, with what they are. */
  missing({ address, values }: Planned): ReadonlyMap<string, Value> {
    const found = new Map<string, Value>();
    const [module, name] = apart(address);
    const expressions = record(this.#resources(this.#configuration(module)).get(withoutIndex(name))?.expressions);
    for (const [attribute, expression] of Object.entries(expressions ?? {})) {
      const wanted = array(at(expression, 'references')).find((each) => typeof each === 'string');
      // What is planned to be nothing is known.
      if (entry(values, attribute) !== undefined || wanted === undefined) continue;
      const value = identifiers.has(attribute) ? this.#follow({ expression, module }) : undefined;
      found.set(attribute, value ?? new Unknown(namedBy(expression) ?? wanted));
    }
    return found;
  }

  /** Whether the configuration gives a resource another provider than the default one: `aws.us`, `module.a:aws.us`. */
  aliased(address: string): boolean {
    const [module, name] = apart(address);
    const key = this.#resources(this.#configuration(module)).get(withoutIndex(name))?.provider_config_key;
    return typeof key === 'string' && /(^|:)aws\./.test(key);
  }

  /** The value of an expression of the root module, where it is one that is written there or handed in. */
  atRoot(expression: unknown): Value | undefined {
    return this.#follow({ expression, module: '' });
  }

  #follow(start: Written): Value | undefined {
    let { expression, module } = start;
    for (let step = 0; step < maxSteps; step += 1) {
      const constant = at(expression, 'constant_value');
      if (constant !== undefined) return constant as Value;
      const wanted = namedBy(expression);
      if (wanted === undefined) return undefined;
      const input = /^var\.([\w-]+)$/.exec(wanted)?.[1];
      const output = /^(module\.[\w-]+(?:\[[^\]]*\])?)\.([\w-]+)$/.exec(wanted);
      if (input !== undefined) {
        const given = module === '' ? at(this.#plan, 'variables', input, 'value') : undefined;
        if (given !== undefined) return given as Value;
        const [outer, call] = lastModule(module);
        const calls = at(this.#configuration(outer), 'module_calls', call, 'expressions', input);
        expression = calls ?? at(this.#configuration(module), 'variables', input, 'default');
        if (calls === undefined) return expression as Value | undefined;
        module = outer;
      } else if (output !== null) {
        module = `${module}${output[1]}.`;
        expression = at(this.#configuration(module), 'outputs', output[2] ?? '', 'expression');
      } else {
        const dot = wanted.lastIndexOf('.');
        const [address, attribute] = [module + wanted.slice(0, dot), wanted.slice(dot + 1)];
        const target = this.#planned.get(address);
        if (target === undefined) return undefined;
        const value = this.#valueOf(target, attribute);
        if (value !== undefined || !identifiers.has(attribute)) return value;
        // It is not known there either, but named there.
        const [within, name] = apart(address);
        expression = at(this.#resources(this.#configuration(within)).get(withoutIndex(name)), 'expressions', attribute);
        module = within;
      }
    }
    return undefined;
  }

  #valueOf({ type, address, values }: Planned, attribute: string): Value | undefined {
    return entry(values, attribute) ?? computed(type, address, values, this.#place, attribute);
  }

  /** The configuration of the resources of a module, by their address in it. */
  #resources(module: unknown): ReadonlyMap<unknown, Foreign | undefined> {
    let known = this.#written.get(module);
    if (known === undefined) {
      known = new Map(array(at(module, 'resources')).map((each) => [at(each, 'address'), record(each)]));
      this.#written.set(module, known);
    }
    return known;
  }

  /** The configuration of a module by the address of one of its instances. */
  #configuration(module: string): unknown {
    let found = at(this.#plan, 'configuration', 'root_module');
    for (const step of steps(module)) found = at(found, 'module_calls', callOf(step), 'module');
    return found;
  }
}

/** What an expression names, when it is one thing: the longest reference, of which the others are the beginnings. */
function namedBy(expression: unknown): string | undefined {
  const all = array(at(expression, 'references')).filter((each) => typeof each === 'string');
  const longest = all.reduce<string>((found, each) => (each.length > found.length ? each : found), '');
  return longest !== '' && all.every((each) => longest.startsWith(each)) ? longest : undefined;
}

/** `module.a["x"].module.b.aws_c.d` → `['module.a["x"].', 'module.b.']` */
function steps(address: string): readonly string[] {
  const found: string[] = [];
  const step = /module\.[\w-]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\./y;
  for (let match = step.exec(address); match !== null; match = step.exec(address)) found.push(match[0]);
  return found;
}

function callOf(step: string): string {
  return /^module\.([\w-]+)/.exec(step)?.[1] ?? '';
}

/** `module.a["x"].aws_b.c[0]` → `['module.a["x"].', 'aws_b.c[0]']` */
function apart(address: string): readonly [module: string, name: string] {
  const module = steps(address).join('');
  return [module, address.slice(module.length)];
}

/** `module.a.module.b["x"].` → `['module.a.', 'b']` */
function lastModule(module: string): readonly [outer: string, call: string] {
  const all = steps(module);
  return [all.slice(0, -1).join(''), callOf(all.at(-1) ?? '')];
}

function withoutIndex(name: string): string {
  return name.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]$/, '');
}
