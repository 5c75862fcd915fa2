/**
 * Objects of a cluster as the server has them: `kubernetes:Namespace/<name>` with everything in it (`?labels=app=x` narrows it), or one
 * object by its id, `kubernetes:Deployment/<namespace>/<name>`. Values of secrets are taken only where what is taken is sealed.
 */
import type { SnapshotPiece, SnapshotSubject, Snapshotter, SnapshotWish } from '@firebreak/contract';
import canonicalize from 'canonicalize';
import { printable } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { redacted } from '../actions/evidence/redaction.ts';
import { inWords } from '../actions/exchange/failure.ts';
import { builtInKind } from '../actions/objects/built-in.ts';
import { nameOf } from '../actions/objects/object-meta.ts';
import type { ApiObject, ApiResource, KubernetesApi, ResourceRef } from '../api.ts';
import { knownResources, pathOf, refOf } from '../resources.ts';

export default {
  id: 'kubernetes.objects',
  title: 'Objects of a cluster',
  kinds: [
    ...new Set([
      ...['Namespace', 'Container', 'Volume'],
      ...knownResources.flatMap(({ kind, group }) => (group === '' ? [kind] : [kind, `${kind}.${group}`])),
    ]),
  ],
  permissions: ['get and list of what is taken; secrets only where evidence is sealed'],
  // Files are not a server: what they say is evidence by itself, as `data:Folder/…`.
  takes: (_subject, session) => typeof (session as Partial<KubernetesApi>).discover === 'function',
  async *take(subject, session, signal, wish) {
    const discovered = await session.discover(signal);
    if (!discovered.ok) {
      yield missing(subject.text, `Which kinds the server has: ${inWords(discovered)}`);
      return;
    }
    for (const group of discovered.value.unreadable) yield missing(group, 'The group could not be read.');
    const { resources } = discovered.value;
    const one = objectOf(subject, resources);
    if (one === undefined) yield missing(subject.text, 'It is no object that the server keeps.');
    else yield* oneObject(session, one, wish, signal);
    if (subject.kind === 'Namespace') yield* everythingIn(session, resources, subject, wish, signal);
  },
} satisfies Snapshotter<KubernetesApi>;

async function* oneObject(
  api: KubernetesApi,
  ref: ResourceRef,
  wish: SnapshotWish,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  const found = await api.get(ref, signal);
  if (found.ok) yield pieceOf(ref, found.value, wish);
  else yield missing(pathOf(ref), inWords(found));
}

async function* everythingIn(
  api: KubernetesApi,
  resources: readonly ApiResource[],
  { path: namespace, options }: SnapshotSubject,
  wish: SnapshotWish,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  const labelSelector = options.get('labels');
  for (const resource of resources) {
    if (!resource.namespaced || !resource.verbs.includes('list') || !resource.verbs.includes('get')) continue;
    // The same events are served under two groups.
    if (resource.group === 'events.k8s.io') continue;
    const all = refOf(resource, namespace);
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    for await (const page of api.list(all, labelSelector === undefined ? {} : { labelSelector }, signal)) {
      if (!page.ok) {
        yield missing(pathOf(all), inWords(page));
        break;
      }
      // Items of a list come without their kind.
      for (const item of page.value.items)
        yield pieceOf({ ...all, name: nameOf(item) }, { ...item, apiVersion, kind: resource.kind }, wish);
    }
  }
}

/** The object that an id stands for; a container or volume is its pod. */
function objectOf({ kind, path }: SnapshotSubject, resources: readonly ApiResource[]): ResourceRef | undefined {
  const parts = path.split('/');
  if (kind === 'Container' || kind === 'Volume') {
    const pod = builtInKind('Pod');
    return pod === undefined ? undefined : refOf(pod, parts[0], parts[1]);
  }
  const dot = kind.indexOf('.');
  const resource =
    dot === -1
      ? builtInKind(kind)
      : resources.find((each) => each.kind === kind.slice(0, dot) && each.group === kind.slice(dot + 1));
  if (resource === undefined || parts.length !== (resource.namespaced ? 2 : 1)) return undefined;
  return refOf(resource, resource.namespaced ? parts[0] : undefined, parts.at(-1));
}

function pieceOf(ref: ResourceRef, object: ApiObject, { sealed }: SnapshotWish): SnapshotPiece {
  const bytes = Buffer.from(canonicalize(sealed ? object : redacted(object)) ?? '{}');
  return {
    name: `${pathOf(ref).slice(1)}.json`,
    mediaType: 'application/json',
    size: bytes.length,
    bytes: theseBytes(bytes),
  };
}

function missing(where: string, reason: string): SnapshotPiece {
  return { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], printable(where), reason) };
}
