import { array, at, record, stringMap, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

/** The value at a path; undefined where it is missing or null, which are the same thing to Kubernetes. */
export function present(value: unknown, ...path: readonly string[]): unknown {
  return at(value, ...path) ?? undefined;
}

export function nameOf(object: ApiObject): string {
  return textAt(object, 'metadata', 'name') ?? '';
}
export function uidOf(object: ApiObject): string | undefined {
  return textAt(object, 'metadata', 'uid');
}
export function labelsOf(object: ApiObject): Readonly<Record<string, string>> {
  return stringMap(at(object, 'metadata', 'labels'));
}

/** Deletion was asked for and has not finished. */
export function isTerminating(object: ApiObject): boolean {
  return present(object, 'metadata', 'deletionTimestamp') !== undefined;
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string | undefined;
}

/** The owner that manages an object, if one does: the reference marked `controller`. */
export function controllerOf(object: unknown): Owner | undefined {
  for (const owner of array(at(object, 'metadata', 'ownerReferences'))) {
    const kind = textAt(owner, 'kind');
    const name = textAt(owner, 'name');
    if (at(owner, 'controller') === true && kind !== undefined && name !== undefined) {
      return { kind, name, uid: textAt(owner, 'uid') };
    }
  }
  return undefined;
}

/** An object as it goes into a before-state: whole, without the server's book-keeping of who set which field. */
export function asRecord(object: ApiObject): ApiObject {
  const { managedFields: _, ...metadata } = record(object.metadata) ?? {};
  return { ...object, metadata };
}
