/** One document of a catalog → one entity, with a gap for every part of it that cannot be used. */
import {
  type CatalogEntity,
  type CatalogRelation,
  catalogEntity,
  catalogHosting,
  catalogId,
  catalogKinds,
  type Fact,
  type Gap,
} from '@firebreak/contract';
import { array, at, type Foreign, record, stringMap, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { canonicalReference } from './reference.ts';

export const catalogFactKinds = ['catalog.entity'] as const;
const prefix = 'firebreak.dev/';

/** Which fields of `spec` are relations, and the kind that a reference in them has when it names none. */
const relationFields: readonly (readonly [field: string, type: CatalogRelation, kind?: string])[] = [
  ['owner', 'ownedBy', 'group'],
  ['system', 'partOf', 'system'],
  ['domain', 'partOf', 'domain'],
  ['subdomainOf', 'partOf', 'domain'],
  ['subcomponentOf', 'partOf', 'component'],
  ['dependsOn', 'dependsOn'],
  ['dependencyOf', 'dependencyOf'],
  ['providesApis', 'providesApi', 'api'],
  ['consumesApis', 'consumesApi', 'api'],
  ['memberOf', 'memberOf', 'group'],
  ['parent', 'childOf', 'group'],
  ['children', 'parentOf', 'group'],
  ['members', 'hasMember', 'user'],
];

export interface ReadEntity {
  readonly fact?: Fact<'catalog.entity'>;
  readonly gaps: readonly Gap[];
}

/** A document of Backstage's descriptor format; what is none, or of a kind that describes nothing, is a gap. */
export function readEntity(value: unknown, locator: string): ReadEntity {
  const document = record(value);
  const apiVersion = textAt(document, 'apiVersion') ?? '';
  if (document === undefined || !/^(backstage\.io|firebreak\.dev)\//.test(apiVersion))
    return { gaps: [gap('FB-OBJECT-IGNORED', [], locator, 'It is no catalog entity: its apiVersion is another.')] };
  const kind = catalogKinds.find((each) => each === document.kind);
  if (kind === undefined) {
    const pointer = document.kind === 'Location';
    const reason = pointer
      ? 'A Location points to other files, which are not fetched: name them as sources of their own.'
      : 'An entity of this kind describes no part of an estate.';
    return { gaps: [gap('FB-OBJECT-IGNORED', pointer ? catalogFactKinds : [], locator, reason)] };
  }
  return entityOf(kind, document, locator);
}

function entityOf(kind: CatalogEntity['kind'], document: Foreign, locator: string): ReadEntity {
  const gaps: Gap[] = [];
  const refuse = (reason: string) => void gaps.push(gap('FB-OBJECT-INVALID', catalogFactKinds, locator, reason));
  const namespace = (textAt(document, 'metadata', 'namespace') ?? 'default').toLowerCase();
  const parsed = catalogEntity.safeParse({
    kind,
    metadata: {
      name: at(document, 'metadata', 'name'),
      namespace,
      title: textAt(document, 'metadata', 'title'),
      tags: array(at(document, 'metadata', 'tags')).filter((tag) => typeof tag === 'string'),
      labels: { ...stringMap(at(document, 'metadata', 'labels')) },
    },
    type: textAt(document, 'spec', 'type'),
    lifecycle: textAt(document, 'spec', 'lifecycle'),
    relations: relationsOf(document, namespace, refuse),
    firebreak: extensionOf(document, namespace, refuse),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an entity'}.`);
    return { gaps };
  }
  const { data } = parsed;
  const id = `catalog:${kind}/${namespace}/${data.metadata.name.toLowerCase()}`;
  return { fact: { id, kind: 'catalog.entity', data, source: { connector: 'catalog', locator } }, gaps };
}

function relationsOf(document: Foreign, namespace: string, refuse: (reason: string) => void) {
  const relations = new Map<string, { type: CatalogRelation; target: string }>();
  for (const [field, type, kind] of relationFields) {
    for (const written of oneOrMany(at(document, 'spec', field))) {
      const target =
        typeof written === 'string'
          ? canonicalReference(written, { namespace, ...(kind === undefined ? {} : { kind }) })
          : undefined;
      if (target === undefined) refuse(`spec.${field} holds something that names no entity.`);
      else relations.set(`${type} ${target}`, { type, target });
    }
  }
  return [...relations.values()];
}

const oneOrMany = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** `spec.firebreak` by field, else the annotation `firebreak.dev/<field>`. */
function extensionOf(document: Foreign, namespace: string, refuse: (reason: string) => void): object {
  const annotations = stringMap(at(document, 'metadata', 'annotations'));
  const own = record(at(document, 'spec', 'firebreak')) ?? {};
  const said = (field: string, annotation: string): string | undefined => {
    const value = Object.hasOwn(own, field) ? own[field] : annotations[`${prefix}${annotation}`];
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : text(value);
  };
  const words = (field: string, annotation: string): readonly string[] => {
    const value = own[field] ?? annotations[`${prefix}${annotation}`];
    const list = typeof value === 'string' ? value.split(',') : array(value);
    return list.flatMap((word) => (typeof word === 'string' && word.trim() !== '' ? [word.trim()] : []));
  };
  const hosting = said('hosting', 'hosting');
  const isHosting = catalogHosting.some((each) => each === hosting);
  if (hosting !== undefined && !isHosting) refuse(`hosting must be one of ${catalogHosting.join(', ')}.`);
  const impact = said('impact', 'impact');
  const weight = impact === undefined ? undefined : Number(impact);
  const isWeight = weight !== undefined && weight >= 0 && weight <= 10;
  if (weight !== undefined && !isWeight) refuse('impact must be a number from 0 to 10.');
  const jewel = said('crownJewel', 'crown-jewel');
  return {
    nodes: [...words('nodes', 'node'), ...words('nodes', 'nodes')].filter(
      (each, index, all) => all.indexOf(each) === index,
    ),
    owner: said('owner', 'owner'),
    system: said('system', 'system'),
    sla: said('sla', 'sla'),
    sensitivity: said('sensitivity', 'sensitivity'),
    retention: said('retention', 'retention'),
    permittedUse: words('permittedUse', 'permitted-use'),
    ...(isHosting ? { hosting } : {}),
    vendor: said('vendor', 'vendor'),
    duties: dutiesOf(own, annotations),
    ...(isWeight ? { impact: weight } : {}),
    ...(jewel === undefined || jewel === 'false' ? {} : { jewel: jewel === 'true' ? 'marked by its owner' : jewel }),
    access: accessOf(document, own, annotations, namespace, refuse),
    created: said('created', 'created'),
    expires: said('expires', 'expires'),
    lastUsed: said('lastUsed', 'last-used'),
    lifetime: choice('lifetime', said('lifetime', 'lifetime'), ['static', 'short-lived'], refuse),
    standing: choice('standing', said('standing', 'standing'), ['standing', 'just-in-time'], refuse),
  };
}

function choice(
  field: string,
  value: string | undefined,
  choices: readonly string[],
  refuse: (reason: string) => void,
): string | undefined {
  const chosen = choices.find((each) => each === value);
  if (value !== undefined && chosen === undefined) refuse(`${field} must be one of ${choices.join(', ')}.`);
  return chosen;
}

/** `spec.firebreak.duties` as a map, or annotations `firebreak.dev/duty.<topic>`. */
function dutiesOf(own: Foreign, annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const duties: [string, string][] = [];
  for (const [name, value] of Object.entries(annotations))
    if (name.startsWith(`${prefix}duty.`)) duties.push([name.slice(`${prefix}duty.`.length), value]);
  for (const [topic, value] of Object.entries(record(own.duties) ?? {}))
    if (typeof value === 'string' || typeof value === 'number') duties.push([topic, String(value)]);
  return Object.fromEntries(duties.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * `spec.firebreak.access: [{to, mode}]`; or the annotation `firebreak.dev/access: read|write`, which then holds for everything
 * that the entity depends on.
 */
function accessOf(
  document: Foreign,
  own: Foreign,
  annotations: Readonly<Record<string, string>>,
  namespace: string,
  refuse: (reason: string) => void,
) {
  const access: { to: string; mode: string }[] = [];
  for (const entry of array(own.access)) {
    const to = textAt(entry, 'to');
    const modes = modesOf(textAt(entry, 'mode'));
    if (to === undefined || modes.length === 0) refuse('access needs `to`, and `mode` read or write.');
    else for (const mode of modes) access.push({ to: entityOr(to, namespace), mode });
  }
  const everywhere = annotations[`${prefix}access`];
  const modes = modesOf(everywhere);
  if (everywhere !== undefined && modes.length === 0)
    refuse('The annotation firebreak.dev/access must be read or write.');
  for (const to of oneOrMany(at(document, 'spec', 'dependsOn')))
    for (const mode of modes) if (typeof to === 'string') access.push({ to: entityOr(to, namespace), mode });
  return access;
}

/** A reference to an entity in its canonical form; any other address as written. */
function entityOr(written: string, namespace: string): string {
  const canonical = canonicalReference(written, { namespace });
  return canonical !== undefined && catalogId(canonical) !== undefined ? canonical : written;
}

function modesOf(written: string | undefined): readonly ('read' | 'write')[] {
  const words = (written ?? '').split(/[\s,|]+/).filter((word) => word !== '');
  if (words.some((word) => word !== 'read' && word !== 'write')) return [];
  return (['read', 'write'] as const).filter((mode) => words.includes(mode));
}
