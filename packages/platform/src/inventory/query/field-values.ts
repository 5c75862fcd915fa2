/** What a node has to say to each field of the query language. */
import type { GraphNode } from '@firebreak/contract';
import type { Field, KeyedField, TextField, TimeField } from './syntax.ts';

const textOf: Readonly<Record<TextField, (node: GraphNode) => string | undefined>> = {
  class: (node) => node.class,
  kind: (node) => node.kind,
  name: (node) => node.name,
  namespace: (node) => node.namespace,
  id: (node) => node.id,
  system: (node) => node.id.slice(0, Math.max(0, node.id.indexOf(':'))),
  jewel: (node) => node.jewel,
  owner: (node) => node.about?.owner,
  product: (node) => node.about?.system,
  sla: (node) => node.about?.sla,
  sensitivity: (node) => node.about?.sensitivity,
  retention: (node) => node.about?.retention,
  'permitted-use': () => undefined,
  hosting: (node) => node.about?.hosting,
  vendor: (node) => node.about?.vendor,
  lifetime: (node) => node.tenure?.lifetime,
  access: (node) => node.tenure?.access,
};

const keyedOf: Readonly<Record<KeyedField, (node: GraphNode) => Readonly<Record<string, unknown>> | undefined>> = {
  label: (node) => node.labels,
  tag: (node) => node.about?.tags,
  duty: (node) => node.about?.duties,
  detail: (node) => node.detail,
};

/** The values of a field, as texts; none when the node has none. */
export function textsOf(node: GraphNode, field: Field): readonly string[] {
  if ('key' in field) {
    // A tag or label says something by being there, with or without a value.
    const value = ownValue(keyedOf[field.name](node), field.key);
    return value === undefined ? [] : [String(value)];
  }
  if (field.name === 'permitted-use') return node.about?.permittedUse ?? [];
  if (field.name === 'impact') return present(node.about?.impact);
  return present(isTime(field.name) ? timeOf(node, field.name) : textOf[field.name](node));
}

/** The value of a field as a number, undefined when it is none. */
export function numberOf(node: GraphNode, field: Field): number | undefined {
  if (field.name === 'impact') return node.about?.impact;
  const [text] = textsOf(node, field);
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** What a time field rests on, as the node has it: ISO 8601, or `never` for what was never used. */
export function timeOf(node: GraphNode, field: TimeField): string | undefined {
  switch (field) {
    case 'age':
    case 'created':
      return node.tenure?.created;
    case 'idle':
    case 'last-used':
      return node.tenure?.lastUsed;
    case 'expires':
      return node.tenure?.expires;
  }
}

function isTime(name: Field['name']): name is TimeField {
  return name === 'age' || name === 'idle' || name === 'created' || name === 'last-used' || name === 'expires';
}

function ownValue(record: Readonly<Record<string, unknown>> | undefined, key: string): unknown {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function present(value: unknown): readonly string[] {
  return value === undefined || value === '' ? [] : [String(value)];
}
