/**
 * The controller manager and the scheduler in miniature: synchronous, deterministic, and only what containment and its undo
 * can observe. Workloads have as many pods as they ask for, deleted pods come back, accounts and their token secrets follow
 * each other, what lost its owner goes.
 */

import { array, at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';
import { knownResource } from '../resources.ts';
import type { Cluster, Reaction } from './cluster.ts';
import { operators } from './operators.ts';
import { nameOf, namespaceOf, type Stored, uidOf } from './storage.ts';
import { legacyTokenAccount, type Tokens } from './tokens.ts';
import { workloadControllers } from './workloads.ts';

export function controllersOf(cluster: Cluster, tokens: Tokens): readonly Reaction[] {
  return [
    namespaceController(cluster),
    accountController(cluster, tokens),
    operators(cluster),
    garbageCollector(cluster),
    scheduler(cluster),
    ...workloadControllers(cluster),
  ];
}

const namespaces = knownResource('', 'Namespace') as ApiResource;
const accounts = knownResource('', 'ServiceAccount') as ApiResource;
const secrets = knownResource('', 'Secret') as ApiResource;
const nodes = knownResource('', 'Node') as ApiResource;
const pods = knownResource('', 'Pod') as ApiResource;

function namespaceController(cluster: Cluster): Reaction {
  return ({ type, resource, object }) => {
    if (resource !== namespaces || type !== 'DELETED') return;
    for (const entry of [...cluster.storage.everything()])
      if (entry.resource.namespaced && namespaceOf(entry.object) === nameOf(object))
        cluster.remove(entry.resource, entry.object);
  };
}

/** Every namespace has a `default` account; token secrets are filled for their account and go with it. */
function accountController(cluster: Cluster, tokens: Tokens): Reaction {
  function ensureDefault(namespace: string): void {
    if (cluster.strict() && cluster.storage.get(namespaces, undefined, namespace) === undefined) return;
    if (cluster.storage.get(accounts, namespace, 'default') === undefined)
      cluster.create(accounts, namespace, { metadata: { name: 'default' } });
  }
  function fillOrRemove(secret: ApiObject): void {
    const name = legacyTokenAccount(secret);
    if (name === undefined) return;
    const account = cluster.storage.get(accounts, namespaceOf(secret) ?? '', name);
    const known = textAt(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.uid');
    if (account === undefined || (known !== undefined && known !== uidOf(account))) {
      cluster.remove(secrets, secret);
      return;
    }
    if (textAt(secret, 'data', 'token') !== undefined && known !== undefined) return;
    const token = Buffer.from(tokens.issueLegacy(account, secret), 'utf8').toString('base64');
    cluster.update(secrets, secret, {
      ...secret,
      metadata: {
        ...secret.metadata,
        annotations: {
          ...record(secret.metadata?.annotations),
          'kubernetes.io/service-account.uid': uidOf(account),
        },
      },
      data: { ...record(secret.data), token, namespace: Buffer.from(namespaceOf(secret) ?? '').toString('base64') },
    });
  }
  return ({ type, resource, object }) => {
    if (resource === namespaces && type !== 'DELETED') ensureDefault(nameOf(object));
    if (resource === secrets && type !== 'DELETED') {
      const current = cluster.storage.get(secrets, namespaceOf(object), nameOf(object));
      if (current !== undefined) fillOrRemove(current);
    }
    if (resource === accounts && type === 'DELETED') {
      for (const secret of cluster.storage.list(secrets, namespaceOf(object)))
        if (legacyTokenAccount(secret) === nameOf(object)) fillOrRemove(secret);
      if (nameOf(object) === 'default') ensureDefault(namespaceOf(object) ?? '');
    }
  };
}

/** Background deletion: an object goes when every owner that it names by uid is gone. */
function garbageCollector(cluster: Cluster): Reaction {
  return ({ type, object }) => {
    if (type !== 'DELETED') return;
    for (const dependent of cluster.storage.dependentsOf(uidOf(object))) {
      const alive = array(dependent.object.metadata?.ownerReferences).some((owner) => {
        const uid = textAt(owner, 'uid');
        return uid !== undefined && cluster.storage.byUid(uid) !== undefined;
      });
      if (!alive) cluster.remove(dependent.resource, dependent.object);
    }
  };
}

/** Binds pending pods to the schedulable nodes in turn. */
function scheduler(cluster: Cluster): Reaction {
  let turn = 0;
  let addresses = 0;
  const pending = new Set<string>();

  function bind(pod: ApiObject): void {
    const wanted = Object.entries(record(at(pod, 'spec', 'nodeSelector')) ?? {});
    const fitting = cluster.storage.list(nodes).filter((node) => {
      const labels = record(node.metadata?.labels) ?? {};
      return at(node, 'spec', 'unschedulable') !== true && wanted.every(([key, value]) => labels[key] === value);
    });
    const node = fitting[turn % Math.max(1, fitting.length)];
    if (node === undefined) {
      pending.add(uidOf(pod));
      return;
    }
    turn += 1;
    pending.delete(uidOf(pod));
    run(pod, nameOf(node));
  }
  function run(pod: ApiObject, nodeName: string): void {
    addresses += 1;
    const podIP = `10.244.${Math.floor(addresses / 250) % 250}.${(addresses % 250) + 1}`;
    const placed = { ...pod, spec: { ...record(pod.spec), nodeName }, status: { phase: 'Running', podIP } };
    cluster.storage.put(pods, placed);
  }

  return ({ type, resource, object }) => {
    if (resource === pods && type === 'ADDED') {
      const pod = cluster.storage.get(pods, namespaceOf(object), nameOf(object));
      if (pod === undefined || textAt(pod, 'status', 'podIP') !== undefined) return;
      if (['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '')) return;
      const nodeName = textAt(pod, 'spec', 'nodeName');
      if (nodeName === undefined) bind(pod);
      else run(pod, nodeName);
    }
    if (resource === pods && type === 'DELETED') pending.delete(uidOf(object));
    if (resource === nodes && type !== 'DELETED' && pending.size > 0)
      for (const uid of [...pending]) {
        const waiting: Stored | undefined = cluster.storage.byUid(uid);
        if (waiting === undefined) pending.delete(uid);
        else bind(waiting.object);
      }
  };
}
