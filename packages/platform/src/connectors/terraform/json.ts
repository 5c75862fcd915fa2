/**
 * Plans and states: `terraform show -json` of either, and the state file itself (version 4). Values of resources are what the
 * provider says; what a plan does not know yet is followed along its configuration where that is safe (`references.ts`), and is
 * otherwise unknown. Sensitive values are passed on like others, and only names and addresses of them ever become facts.
 *
 * Source: Terraform documentation, "JSON Output Format" and "State".
 */
import { array, at, printable, record, text, textAt } from '../../intake/foreign.ts';
import { computed, computedAttributes, needsArn } from './computed.ts';
import { Unknown, type Value, type ValueMap } from './hcl/value.ts';
import { type Planned, References } from './references.ts';
import { elsewhere, type Place, type TerraformResource } from './resource.ts';

export type JsonForm = 'plan' | 'state';

/** Undefined for what is neither. */
export function jsonForm(value: unknown): JsonForm | undefined {
  if (typeof at(value, 'version') === 'number' && at(value, 'modules') !== undefined) return 'state';
  if (at(value, 'planned_values') !== undefined || at(value, 'resource_changes') !== undefined) return 'plan';
  if (at(value, 'values', 'root_module') !== undefined) return 'state';
  return typeof at(value, 'version') === 'number' && at(value, 'resources') !== undefined ? 'state' : undefined;
}

/** Why a plan or state of another version is not read; undefined for those that are. */
export function wrongVersion(value: unknown): string | undefined {
  const format = text(at(value, 'format_version'));
  if (format !== undefined && !/^[01]\./.test(format))
    return `It is of format version ${printable(format, 20)}, and 0 and 1 are read.`;
  const version = at(value, 'version');
  return format === undefined && typeof version === 'number' && version !== 4
    ? `It is a state of version ${version}, and 4 is read: any newer Terraform rewrites it.`
    : undefined;
}

interface Raw extends Planned {
  readonly data: boolean;
  /** Whether its provider is not the default one, and may be of another account or region. */
  readonly aliased: boolean;
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
  const planned = new Map(raws.map((raw) => [raw.address, raw]));
  const references = new References(source, planned, place);
  const resources = raws
    .filter(({ data }) => !data)
    .map((raw) => ({
      address: raw.address,
      type: raw.type,
      ...located(raw, references, place),
      locator: `${locator}#${raw.address}`,
    }));
  return { resources, place };
}

function located(raw: Raw, references: References, place: Place) {
  const own = raw.aliased || references.aliased(raw.address) ? elsewhere(place) : place;
  return { values: filled(raw, references, own), place: own };
}

/** JSON is all values that Terraform has. */
function valuesOf(value: unknown): ValueMap {
  return (record(value) ?? {}) as ValueMap;
}

function* modules(module: unknown, depth = 0): Generator<Raw> {
  if (depth > maxDepth) return;
  for (const entered of array(at(module, 'resources'))) {
    const [address, type] = [textAt(entered, 'address'), textAt(entered, 'type')];
    if (address !== undefined && type !== undefined)
      yield {
        address,
        type,
        data: at(entered, 'mode') === 'data',
        values: valuesOf(at(entered, 'values')),
        aliased: false,
      };
  }
  for (const child of array(at(module, 'child_modules'))) yield* modules(child, depth + 1);
}

function* stateResources(resources: readonly unknown[]): Generator<Raw> {
  for (const resource of resources) {
    const [type, name] = [textAt(resource, 'type'), textAt(resource, 'name')];
    if (type === undefined || name === undefined) continue;
    const data = at(resource, 'mode') === 'data';
    const aliased = /\]\.[\w-]+$/.test(textAt(resource, 'provider') ?? '');
    const module = textAt(resource, 'module');
    const base = `${module === undefined ? '' : `${module}.`}${data ? 'data.' : ''}${type}.${name}`;
    for (const instance of array(at(resource, 'instances'))) {
      const key = at(instance, 'index_key');
      const address = key === undefined || key === null ? base : `${base}[${JSON.stringify(key)}]`;
      yield { address, type, data, values: valuesOf(at(instance, 'attributes')), aliased };
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
  const written = new References(source, new Map(), told);
  const [named, allowed] = [
    written.atRoot(at(configured, 'region')),
    written.atRoot(at(configured, 'allowed_account_ids')),
  ];
  if (typeof named === 'string') region ??= named;
  account ??= text(array(allowed)[0]);
  for (const { values } of raws) {
    const [, , , ofRegion = '', ofAccount = ''] = (textAt(values, 'arn') ?? '').split(':');
    if (/^\d{12}$/.test(ofAccount)) account ??= ofAccount;
    if (/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(ofRegion)) region ??= ofRegion;
  }
  return { ...told, account, region };
}

/** The values, with what Terraform will know after applying, and what a reference leads to. */
function filled(raw: Raw, references: References, place: Place): ValueMap {
  const values: Record<string, Value> = { ...raw.values, ...Object.fromEntries(references.missing(raw)) };
  const told = (name: string) => values[name] !== undefined && values[name] !== null;
  for (const name of computedAttributes) {
    const made = told(name) ? undefined : computed(raw.type, raw.address, values, place, name);
    if (made !== undefined) values[name] = made;
  }
  if (!told('arn') && needsArn(raw.type)) values.arn = new Unknown(`${raw.address}.arn`);
  return values;
}
