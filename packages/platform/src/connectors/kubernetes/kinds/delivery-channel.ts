/**
 * Argo CD and Flux objects: what they deliver, where to, and whether they do so by themselves. Sources of the field names:
 * argoproj.io/v1alpha1 Application and ApplicationSet; Flux toolkit Kustomization v1, HelmRelease v2, sources v1, image v1.
 */

import { array, at, type Foreign, record, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';
import { groupVersion } from '../resources.ts';

export interface DeliveredObject {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

const fluxGroup = /^(kustomize|helm|source|image)\.toolkit\.fluxcd\.io$/;

/** `argocd` or `flux` for an object that delivers, undefined for any other. */
export function deliverySystem(object: ApiObject): 'argocd' | 'flux' | undefined {
  const { group } = groupVersion(text(object.apiVersion) ?? '');
  const kind = text(object.kind);
  if (group === 'argoproj.io' && (kind === 'Application' || kind === 'ApplicationSet')) return 'argocd';
  // An image policy only chooses; Receiver and Alert only speak.
  return fluxGroup.test(group) && kind !== 'ImagePolicy' ? 'flux' : undefined;
}

/** The fact data of a delivery channel, still to be checked by its schema. */
export function deliveryChannelData(object: ApiObject, system: 'argocd' | 'flux'): Record<string, unknown> {
  const own = system === 'argocd' ? argo(object) : flux(object);
  const resources = deliveredObjects(object);
  const namespaces = new Set(own.targets);
  for (const resource of resources) if (resource.namespace !== undefined) namespaces.add(resource.namespace);
  return {
    metadata: object.metadata,
    system,
    apiVersion: object.apiVersion,
    resourceKind: object.kind,
    automated: own.automated,
    suspended: own.suspended,
    source: own.source,
    sources: own.sources,
    targetNamespaces: [...namespaces].sort(),
    resources,
    serviceAccountName: own.serviceAccountName,
  };
}

interface ChannelSource {
  readonly url?: string | undefined;
  readonly reference?: string | undefined;
  readonly revision?: string | undefined;
  readonly path?: string | undefined;
  readonly chart?: string | undefined;
}

interface Channel {
  readonly automated: boolean;
  readonly suspended: boolean;
  readonly source: string | undefined;
  readonly sources: readonly ChannelSource[];
  readonly targets: readonly string[];
  readonly serviceAccountName?: string | undefined;
}

function argo(object: ApiObject): Channel {
  const isSet = object.kind === 'ApplicationSet';
  const spec = isSet ? at(object, 'spec', 'template', 'spec') : object.spec;
  const automated = record(at(spec, 'syncPolicy', 'automated'));
  // `automated.enabled: false` keeps the settings and switches them off (Argo CD 3).
  const syncs = automated !== undefined && automated.enabled !== false;
  const keepsChildren = ['create-only', 'create-delete'].includes(
    textAt(object, 'spec', 'syncPolicy', 'applicationsSync') ?? '',
  );
  const sources = [at(spec, 'source'), ...array(at(spec, 'sources'))];
  const namespace = textAt(spec, 'destination', 'namespace');
  return {
    automated: syncs,
    suspended: isSet ? !syncs && keepsChildren : !syncs,
    source: sources.flatMap((source) => textAt(source, 'repoURL') ?? [])[0],
    sources: sources.flatMap((source) => {
      const url = textAt(source, 'repoURL');
      if (url === undefined) return [];
      const [revision, path] = [textAt(source, 'targetRevision'), textAt(source, 'path')];
      return [{ url, revision, path, chart: textAt(source, 'chart') }];
    }),
    // A template of an ApplicationSet may hold `{{…}}` where the namespace goes.
    targets: namespace === undefined || namespace.includes('{') ? [] : [namespace],
  };
}

function flux(object: ApiObject): Channel {
  const suspended = at(object, 'spec', 'suspend') === true;
  const reference = record(at(object, 'spec', 'sourceRef')) ?? record(at(object, 'spec', 'chart', 'spec', 'sourceRef'));
  const url = textAt(object, 'spec', 'url') ?? textAt(object, 'spec', 'endpoint');
  const target = textAt(object, 'spec', 'targetNamespace');
  // A HelmRelease without a target installs beside itself; a Kustomization without one takes its manifests' namespaces.
  const beside = object.kind === 'HelmRelease' ? textAt(object, 'metadata', 'namespace') : undefined;
  const namespace = target ?? beside;
  return {
    automated: !suspended,
    suspended,
    source: url ?? (reference === undefined ? undefined : `${text(reference.kind)}/${text(reference.name)}`),
    sources: url === undefined ? referenced(object, reference) : [{ url, revision: fluxRevision(object) }],
    targets: namespace === undefined ? [] : [namespace],
    serviceAccountName: textAt(object, 'spec', 'serviceAccountName'),
  };
}

/** The Flux source that a Kustomization or HelmRelease takes from; in its own namespace unless it says another. */
function referenced(object: ApiObject, reference: Foreign | undefined): readonly ChannelSource[] {
  const [kind, name] = [textAt(reference, 'kind'), textAt(reference, 'name')];
  if (kind === undefined || name === undefined) return [];
  const namespace = textAt(reference, 'namespace') ?? textAt(object, 'metadata', 'namespace') ?? 'default';
  const path = textAt(object, 'spec', 'path');
  const chart = textAt(object, 'spec', 'chart', 'spec', 'chart');
  return [{ reference: `${kind}/${namespace}/${name}`, path, chart }];
}

/** What a GitRepository, OCIRepository or HelmRepository is told to take; a commit or digest counts before a name for it. */
function fluxRevision(object: ApiObject): string | undefined {
  const wanted = at(object, 'spec', 'ref');
  for (const field of ['commit', 'digest', 'name', 'semver', 'tag', 'branch']) {
    const value = textAt(wanted, field);
    if (value !== undefined) return value;
  }
  return object.kind === 'GitRepository' ? 'master' : undefined;
}

/** What the channel says that it owns: Argo CD's `status.resources`, a Flux Kustomization's inventory. */
export function deliveredObjects(object: ApiObject): readonly DeliveredObject[] {
  const argoOwned = array(at(object, 'status', 'resources')).flatMap((entry) => {
    const name = textAt(entry, 'name');
    const kind = textAt(entry, 'kind');
    if (name === undefined || kind === undefined) return [];
    const namespace = textAt(entry, 'namespace');
    return [{ group: textAt(entry, 'group') ?? '', kind, ...(namespace === undefined ? {} : { namespace }), name }];
  });
  const fluxOwned = array(at(object, 'status', 'inventory', 'entries')).flatMap(
    (entry) => inventoryEntry(textAt(entry, 'id')) ?? [],
  );
  return [...argoOwned, ...fluxOwned];
}

/** `<namespace>_<name>_<group>_<kind>`; a colon in an RBAC name is written as two underscores (cli-utils object.ObjMetadata). */
function inventoryEntry(id: string | undefined): DeliveredObject | undefined {
  if (id === undefined) return undefined;
  const first = id.indexOf('_');
  const last = id.lastIndexOf('_');
  const beforeLast = id.lastIndexOf('_', last - 1);
  if (first === -1 || beforeLast <= first) return undefined;
  const namespace = id.slice(0, first);
  return {
    group: id.slice(beforeLast + 1, last),
    kind: id.slice(last + 1),
    ...(namespace === '' ? {} : { namespace }),
    name: id.slice(first + 1, beforeLast).replaceAll('__', ':'),
  };
}
