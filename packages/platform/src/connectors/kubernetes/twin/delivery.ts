/**
 * Argo CD and Flux in miniature: while a channel delivers by itself, an object that it manages and that somebody changed is
 * put back. It is why a plan stops delivery before anything else.
 *
 * "Git" is the state in which the twin first saw a managed object. As in the real systems: Argo CD corrects drift only with
 * `automated.selfHeal`, an ApplicationSet corrects its Applications, a Flux Kustomization corrects unless suspended. A
 * HelmRelease corrects nothing here (its drift detection is off by default).
 */
import { isDeepStrictEqual } from 'node:util';
import { at, record } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';
import { type DeliveredObject, deliveredObjects, deliverySystem } from '../kinds/delivery-channel.ts';
import { knownResource } from '../resources.ts';
import type { Cluster } from './cluster.ts';
import { nameOf, namespaceOf, type Stored, uidOf } from './storage.ts';

export interface Delivery {
  /** Takes the present state of every managed object that it does not know yet as what git says. */
  remember(): void;
  /** One round of all channels; returns what was put back as `Kind/namespace/name`. */
  tick(): readonly string[];
}

/** `healAfter`: how many rounds a difference must be seen before it is corrected. */
export function makeDelivery(cluster: Cluster, healAfter: number): Delivery {
  const wanted = new Map<string, Stored>();
  const seen = new Map<string, number>();

  function* managed(): Iterable<{ readonly channel: ApiObject; readonly key: string }> {
    for (const { resource, object } of [...cluster.storage.everything()]) {
      if (deliverySystem(object) === undefined) continue;
      for (const item of deliveredObjects(object)) {
        const target = resourceOfItem(item);
        if (target !== undefined) yield { channel: object, key: keyOf(target, item.namespace, item.name) };
      }
      if (resource.kind === 'ApplicationSet')
        for (const child of cluster.storage.dependentsOf(uidOf(object)))
          yield { channel: object, key: keyOf(child.resource, namespaceOf(child.object), nameOf(child.object)) };
    }
  }
  function resourceOfItem(item: DeliveredObject): ApiResource | undefined {
    const known = knownResource(item.group, item.kind);
    return known ?? cluster.resources().find((each) => each.group === item.group && each.kind === item.kind);
  }
  function keyOf(resource: ApiResource, namespace: string | undefined, name: string): string {
    return `${resource.group}|${resource.plural}|${resource.namespaced ? (namespace ?? '') : ''}|${name}`;
  }
  function current(key: string): Stored | undefined {
    const [group = '', plural = '', namespace = '', name = ''] = key.split('|');
    const resource = cluster.find({ group, plural });
    if (resource === undefined) return undefined;
    const object = cluster.storage.get(resource, namespace === '' ? undefined : namespace, name);
    return object === undefined ? undefined : { resource, object };
  }

  return {
    remember() {
      for (const { key } of managed()) {
        const entry = wanted.has(key) ? undefined : current(key);
        if (entry !== undefined) wanted.set(key, entry);
      }
    },
    tick() {
      this.remember();
      const drifted = new Set<string>();
      for (const { channel, key } of managed()) {
        const want = wanted.get(key);
        if (want === undefined || !corrects(channel)) continue;
        const now = current(key);
        if (now === undefined || !isDeepStrictEqual(content(now.object), content(want.object))) drifted.add(key);
      }
      for (const key of [...seen.keys()]) if (!drifted.has(key)) seen.delete(key);
      const restored: string[] = [];
      for (const key of drifted) {
        const rounds = (seen.get(key) ?? 0) + 1;
        seen.set(key, rounds);
        const want = wanted.get(key);
        if (rounds < healAfter || want === undefined) continue;
        seen.delete(key);
        if (putBack(cluster, want, current(key))) restored.push(label(want));
      }
      return restored;
    },
  };
}

function corrects(channel: ApiObject): boolean {
  if (channel.kind === 'Application') {
    const automated = record(at(channel, 'spec', 'syncPolicy', 'automated'));
    return automated?.selfHeal === true && automated.enabled !== false;
  }
  if (channel.kind === 'ApplicationSet')
    return !['create-only', 'create-delete'].includes(String(at(channel, 'spec', 'syncPolicy', 'applicationsSync')));
  return channel.kind === 'Kustomization' && at(channel, 'spec', 'suspend') !== true;
}

/** What git holds of an object: everything but status and the server's metadata. */
function content(object: ApiObject): unknown {
  const { metadata, status: _status, ...rest } = object;
  return { ...rest, labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} };
}

function putBack(cluster: Cluster, want: Stored, now: Stored | undefined): boolean {
  const { uid: _uid, resourceVersion: _revision, ...metadata } = want.object.metadata ?? {};
  const object = { ...want.object, metadata };
  const result =
    now === undefined
      ? cluster.create(want.resource, namespaceOf(want.object), object)
      : cluster.update(want.resource, now.object, object);
  return result.ok;
}

function label({ resource, object }: Stored): string {
  const namespace = namespaceOf(object);
  return namespace === undefined
    ? `${resource.kind}/${nameOf(object)}`
    : `${resource.kind}/${namespace}/${nameOf(object)}`;
}
