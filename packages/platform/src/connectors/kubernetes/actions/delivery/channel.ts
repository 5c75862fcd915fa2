/**
 * How each delivery system is told to hold still. A channel answers for itself: what "suspended" means for its kind, which
 * fields say so, and whether a delivery is under way that suspending does not stop.
 */
import type { ApiObject, ResourceRef } from '../../api.ts';
import { groupVersion, knownResource, refOf } from '../../resources.ts';
import { type PatchOperation, putFieldBack, sameField, setField } from '../objects/one-field.ts';

export interface Channel {
  readonly group: string;
  readonly kinds: readonly string[];
  /** The fields that suspend it, with the value that each must have; undefined: must be absent. */
  readonly fields: readonly { readonly path: readonly string[]; readonly value: unknown }[];
  /** Whether it is suspended, where having those values is not the only way. */
  readonly suspended?: (object: ApiObject) => boolean;
  /** What suspending leaves going, in one sentence. */
  readonly remark: string;
  /** A delivery that is running now and goes on, in words. */
  readonly underWay: (object: ApiObject) => string | undefined;
}

/** Where the object is. Undefined for a kind that is no channel. */
export function channelRef(apiVersion: string, kind: string, namespace: string, name: string): ResourceRef | undefined {
  const { group, version } = groupVersion(apiVersion);
  const known = knownResource(group, kind);
  return known === undefined ? undefined : { ...refOf(known, namespace, name), version };
}

export function isSuspended(channel: Channel, object: ApiObject): boolean {
  return channel.suspended?.(object) ?? channel.fields.every(({ path, value }) => has(object, path, value));
}

export function suspend(channel: Channel, object: ApiObject): readonly PatchOperation[] {
  return channel.fields.flatMap(({ path, value }) => setField(object, path, value));
}

export function isResumed(channel: Channel, now: ApiObject, before: ApiObject): boolean {
  return channel.fields.every(({ path }) => sameField(now, before, path));
}

/** Puts every field back; undefined when one of them is neither what we set nor what it was, unless that is to be overwritten. */
export function resume(
  channel: Channel,
  now: ApiObject,
  before: ApiObject,
  force = false,
): readonly PatchOperation[] | undefined {
  const theirs = channel.fields.some(({ path, value }) => !has(now, path, value) && !sameField(now, before, path));
  return theirs && !force ? undefined : channel.fields.flatMap(({ path }) => putFieldBack(now, before, path));
}

function has(object: ApiObject, path: readonly string[], value: unknown): boolean {
  return setField(object, path, value).length === 0;
}
