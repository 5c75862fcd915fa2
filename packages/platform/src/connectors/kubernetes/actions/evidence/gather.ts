/**
 * Reads objects for the record. It is bounded: a namespace under attack may hold more than anybody can store, and evidence
 * that is cut off must say so.
 */
import { createHash } from 'node:crypto';
import type { EvidenceItem } from '@firebreak/contract';
import canonicalize from 'canonicalize';
import { printable, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResource, ResourceRef } from '../../api.ts';
import { pathOf, refOf } from '../../resources.ts';
import { inWords } from '../exchange/failure.ts';
import { type KubernetesAttempt, look } from '../exchange/reading.ts';
import { builtInKind } from '../objects/built-in.ts';
import { nameOf, uidOf } from '../objects/object-meta.ts';
import { redacted } from './redaction.ts';

const mostObjects = 5_000;
const mostBytes = 64 * 1024 * 1024;

/** One object that was taken. */
interface Taken {
  /** The path that it was read from. */
  readonly path: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the item's bytes, hex. */
  readonly sha256: string;
}

export interface Gathered {
  readonly items: readonly EvidenceItem[];
  readonly taken: readonly Taken[];
  /** What could not be read, or was left out, in sentences. */
  readonly missing: readonly string[];
}

/** Takes single objects by their ids, and everything in some namespaces. */
export async function gather(
  attempt: KubernetesAttempt,
  ids: readonly string[],
  namespaces: readonly string[],
): Promise<Gathered> {
  const bag = emptyBag();
  const discovered = await attempt.session.discover(attempt.signal);
  const resources = discovered.ok ? discovered.value.resources : [];
  if (!discovered.ok) bag.missing.push(`Which kinds the server has: ${inWords(discovered)}`);
  else for (const group of discovered.value.unreadable) bag.missing.push(`Group ${group} could not be read.`);
  for (const ref of new Map(
    ids.flatMap((id) => objectsOf(id, resources, bag)).map((ref) => [pathOf(ref), ref]),
  ).values()) {
    const seen = await look(attempt, ref);
    if (!seen.ok) bag.missing.push(`${pathOf(ref)}: ${inWords(seen)}`);
    else if (seen.object === null) bag.missing.push(`${pathOf(ref)}: it does not exist.`);
    else bag.add(ref, seen.object);
  }
  for (const namespace of new Set(namespaces)) {
    for (const resource of resources) {
      if (!resource.namespaced || !resource.verbs.includes('list') || !resource.verbs.includes('get')) continue;
      // The same events are served under two groups.
      if (resource.group === 'events.k8s.io') continue;
      await addAll(attempt, resource, namespace, bag);
    }
  }
  return { items: bag.items, taken: bag.taken, missing: bag.missing };
}

interface Bag {
  readonly items: EvidenceItem[];
  readonly taken: Taken[];
  readonly missing: string[];
  /** False when it is full. */
  readonly add: (ref: ResourceRef, object: ApiObject) => boolean;
}

function emptyBag(): Bag {
  const items: EvidenceItem[] = [];
  const taken: Taken[] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  let size = 0;
  const add = (ref: ResourceRef, object: ApiObject): boolean => {
    const path = pathOf(ref);
    if (seen.has(path)) return true;
    const bytes = new TextEncoder().encode(canonicalize(redacted(object)));
    if (items.length >= mostObjects || size + bytes.length > mostBytes) {
      const limit = `Left out from ${path} on: at most ${mostObjects} objects and ${mostBytes} bytes are taken.`;
      if (!missing.includes(limit) && !missing.some((sentence) => sentence.startsWith('Left out'))) missing.push(limit);
      return false;
    }
    seen.add(path);
    size += bytes.length;
    items.push({ name: `${path.slice(1)}.json`, mediaType: 'application/json', bytes });
    taken.push({
      path,
      uid: uidOf(object) ?? '',
      resourceVersion: textAt(object, 'metadata', 'resourceVersion') ?? '',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    return true;
  };
  return { items, taken, missing, add };
}

async function addAll(attempt: KubernetesAttempt, resource: ApiResource, namespace: string, bag: Bag): Promise<void> {
  const all = refOf(resource, namespace);
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  for await (const page of attempt.session.list(all, {}, attempt.signal)) {
    if (!page.ok) {
      bag.missing.push(`${pathOf(all)}: ${inWords(page)}`);
      return;
    }
    for (const item of page.value.items) {
      // Items of a list come without their kind.
      if (!bag.add({ ...all, name: nameOf(item) }, { ...item, apiVersion, kind: resource.kind })) return;
    }
  }
}

/**
 * The objects that a fact or node id stands for. A node that is not an object of its own stands for those that it is made
 * of: a container or volume for its pod, a permission set for its binding.
 */
function objectsOf(id: string, resources: readonly ApiResource[], bag: Bag): readonly ResourceRef[] {
  const [, kind = '', path = ''] = /^kubernetes:([^/]+)\/(.+)$/.exec(id) ?? [];
  const parts = path.split('/');
  switch (kind) {
    case 'Container':
    case 'Volume':
      return objectsOf(`kubernetes:Pod/${parts.slice(0, 2).join('/')}`, resources, bag);
    case 'PermissionSet': {
      const binding = parts.at(-1)?.split('::').at(-1) ?? '';
      return objectsOf(
        parts.length === 1
          ? `kubernetes:ClusterRoleBinding/${binding}`
          : `kubernetes:RoleBinding/${parts[0]}/${binding}`,
        resources,
        bag,
      );
    }
  }
  const dot = kind.indexOf('.');
  const resource =
    dot === -1
      ? builtInKind(kind)
      : resources.find((each) => each.kind === kind.slice(0, dot) && each.group === kind.slice(dot + 1));
  if (resource === undefined || parts.length !== (resource.namespaced ? 2 : 1)) {
    bag.missing.push(`${printable(id)}: it is no object that the server keeps.`);
    return [];
  }
  return [refOf(resource, resource.namespaced ? parts[0] : undefined, parts.at(-1))];
}
