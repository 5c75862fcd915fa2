/**
 * Custom resources as rights name them: group and plural. Facts carry the kind; the plural follows the API conventions
 * (lower case, `s`, `ies` or `es`), which holds for every kind that becomes such a fact.
 */
import type { Estate, FactId } from '@firebreak/contract';
import { append } from './pods.ts';
import { type Member, Population } from './populations.ts';

export interface CustomKind {
  readonly kind: string;
  readonly group: string;
  readonly resource: string;
  readonly population: Population;
}

/** The kinds among the facts of one sort, each with its objects. */
export function customKinds(
  estate: Estate,
  sort: 'kubernetes.model-workload' | 'kubernetes.delivery-channel',
): readonly CustomKind[] {
  const byKind = new Map<string, Member[]>();
  for (const fact of estate.all(sort)) {
    const { apiVersion, resourceKind, metadata } = fact.data;
    const facts: readonly FactId[] = [fact.id];
    append(byKind, `${resourceKind}.${groupOf(apiVersion)}`, {
      node: fact.id,
      namespace: metadata.namespace,
      name: metadata.name,
      facts,
    });
  }
  return [...byKind].map(([key, members]) => {
    const kind = key.slice(0, key.indexOf('.'));
    return {
      kind,
      group: key.slice(kind.length + 1),
      resource: pluralOf(kind),
      population: new Population(`custom-${key}`, `${kind}s`, members),
    };
  });
}

/** `serving.kserve.io/v1beta1` → `serving.kserve.io` */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
