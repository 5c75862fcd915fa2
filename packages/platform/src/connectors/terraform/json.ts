/**
 * Plans and states: `terraform show -json` of either, and the state file itself (version 4). Values of resources are what the
 * provider says; what a plan does not know yet is followed along the references of its configuration, one step, and is
 * otherwise unknown. Sensitive values are passed on like others, and only names and addresses of them ever become facts.
 *
 * Source: Terraform documentation, "JSON Output Format" and "State".
 */
import { array, at, type Foreign, record, text, textAt } from '../../intake/foreign.ts';
import { computed, needsArn } from './computed.ts';
import { entry, Unknown, type Value, type ValueMap } from './hcl/value.ts';
import type { Place, TerraformResource } from './resource.ts';

export type JsonForm = 'plan' | 'state';

/** Undefined for what is neither. */
export function jsonForm(value: unknown): JsonForm | undefined {
  if (at(value, 'planned_values') !== undefined || at(value, 'resource_changes') !== undefined) return 'plan';
  if (at(value, 'values', 'root_module') !== undefined) return 'state';
  return typeof at(value, 'version') === 'number' && at(value, 'resources') !== undefined ? 'state' : undefined;
}

interface Raw {
  readonly address: string;
  readonly type: string;
  readonly data: boolean;
  readonly values: Foreign;
}

/** Modules inside modules; Terraform's own limit is the patience of people. */
const maxDepth = 64;

/** Resources, and the place as far as ARNs and data sources tell. */
export function readJson(
  source: unknown,
  told: Place,
  locator: string,
): { resources: TerraformResource[]; place: Place } {
  const version4 = array(at(source, 'resources'));
  const raws = [
    ...modules(at(source, 'planned_values', 'root_module') ?? at(source, 'values', 'root_module')),
    ...[...modules(at(source, 'prior_state', 'values', 'root_module'))].filter(({ data }) => data),
    ...(version4.length > 0 && at(source, 'planned_values') === undefined ? stateResources(version4) : []),
  ];
  const place = placeOf(raws, source, told);
  const references = referencesOf(at(source, 'configuration', 'root_module'));
  const byAddress = new Map(raws.map((raw) => [raw.address, raw]));
  const resources = raws
    .filter(({ data }) => !data)
    .map((raw) => ({
      address: raw.address,
      type: raw.type,
      values: filled(raw, references, byAddress, place),
      locator: `${locator}#${raw.address}`,
    }));
  return { resources, place };
}

function* modules(module: unknown, depth = 0): Generator<Raw> {
  if (depth > maxDepth) return;
  for (const entered of array(at(module, 'resources'))) {
    const [address, type] = [textAt(entered, 'address'), textAt(entered, 'type')];
    if (address !== undefined && type !== undefined)
      yield { address, type, data: at(entered, 'mode') === 'data', values: record(at(entered, 'values')) ?? {} };
  }
  for (const child of array(at(module, 'child_modules'))) yield* modules(child, depth + 1);
}

function* stateResources(resources: readonly unknown[]): Generator<Raw> {
  for (const resource of resources) {
    const [type, name] = [textAt(resource, 'type'), textAt(resource, 'name')];
    if (type === undefined || name === undefined) continue;
    const data = at(resource, 'mode') === 'data';
    const module = textAt(resource, 'module');
    const base = `${module === undefined ? '' : `${module}.`}${data ? 'data.' : ''}${type}.${name}`;
    for (const instance of array(at(resource, 'instances'))) {
      const key = at(instance, 'index_key');
      const address = key === undefined || key === null ? base : `${base}[${JSON.stringify(key)}]`;
      yield { address, type, data, values: record(at(instance, 'attributes')) ?? {} };
    }
  }
}

/** Account and region: as told, as a data source says, or as the first ARN that has them. */
function placeOf(raws: readonly Raw[], source: unknown, told: Place): Place {
  let { account, region } = told;
  for (const { type, data, values } of raws) {
    if (data && type === 'aws_caller_identity') account ??= textAt(values, 'account_id');
    if (data && type === 'aws_region') region ??= textAt(values, 'name') ?? textAt(values, 'id');
  }
  const configured = at(source, 'configuration', 'provider_config', 'aws', 'expressions');
  region ??= text(at(configured, 'region', 'constant_value'));
  account ??= text(array(at(configured, 'allowed_account_ids', 'constant_value'))[0]);
  for (const { values } of raws) {
    const [, , , ofRegion = '', ofAccount = ''] = (textAt(values, 'arn') ?? '').split(':');
    if (/^\d{12}$/.test(ofAccount)) account ??= ofAccount;
    if (/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(ofRegion)) region ??= ofRegion;
  }
  return { ...told, account, region };
}

/** By address without indexes: attribute → the references of its expression. */
function referencesOf(
  module: unknown,
  prefix = '',
  depth = 0,
): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const all = new Map<string, ReadonlyMap<string, readonly string[]>>();
  if (depth > maxDepth) return all;
  for (const resource of array(at(module, 'resources'))) {
    const attributes = new Map<string, readonly string[]>();
    for (const [name, expression] of Object.entries(record(at(resource, 'expressions')) ?? {})) {
      const references = array(at(expression, 'references')).filter((reference) => typeof reference === 'string');
      if (references.length > 0)
        attributes.set(
          name,
          references.map((reference) => prefix + reference),
        );
    }
    all.set(prefix + (textAt(resource, 'address') ?? ''), attributes);
  }
  for (const [name, call] of Object.entries(record(at(module, 'module_calls')) ?? {}))
    for (const [address, attributes] of referencesOf(at(call, 'module'), `${prefix}module.${name}.`, depth + 1))
      all.set(address, attributes);
  return all;
}

function withoutIndexes(address: string): string {
  return address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '');
}

/** The values, with what Terraform will know after applying, and what a reference leads to. */
function filled(
  raw: Raw,
  references: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
  byAddress: ReadonlyMap<string, Raw>,
  place: Place,
): ValueMap {
  const values: Record<string, Value> = { ...(raw.values as ValueMap) };
  const told = (name: string) => values[name] !== undefined && values[name] !== null;
  for (const [name, wanted] of references.get(withoutIndexes(raw.address)) ?? []) {
    if (told(name)) continue;
    // The longest reference names the attribute, the others what it is of.
    const [longest = ''] = [...wanted].sort((a, b) => b.length - a.length);
    values[name] = follow(longest, byAddress, place) ?? new Unknown(longest);
  }
  for (const name of ['arn', 'id', 'repository_url', 'key_id']) {
    const made = told(name) ? undefined : computed(raw.type, raw.address, values, place, name);
    if (made !== undefined) values[name] = made;
  }
  if (!told('arn') && needsArn(raw.type)) values.arn = new Unknown(`${raw.address}.arn`);
  return values;
}

function follow(reference: string, byAddress: ReadonlyMap<string, Raw>, place: Place): Value | undefined {
  const dot = reference.lastIndexOf('.');
  const [address, attribute] = [reference.slice(0, dot), reference.slice(dot + 1)];
  const target = byAddress.get(address);
  if (target === undefined) return undefined;
  const value = entry(target.values as ValueMap, attribute);
  return value ?? computed(target.type, target.address, target.values as ValueMap, place, attribute);
}
