/**
 * What a server serves, from its discovery documents: the aggregated form (Kubernetes 1.27 and newer, two requests) or the
 * older one (one request per group version). One entry per group and plural, at the first version that has it, which is the
 * server's preferred one.
 */

import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import type { ApiResource, ApiResult, Discovery } from '../api.ts';

export type Fetch = (path: string, accept: string) => Promise<ApiResult<unknown>>;

const plain = 'application/json';
const aggregated = `application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,${plain}`;
/** A server with more groups or versions than this is not telling the truth. */
const maxVersions = 2000;

export async function discover(fetch: Fetch): Promise<ApiResult<Discovery>> {
  const found = new Map<string, ApiResource>();
  const unreadable: string[] = [];
  const add = (resource: ApiResource) => {
    const key = `${resource.group}/${resource.plural}`;
    if (!found.has(key)) found.set(key, resource);
  };
  for (const root of ['/api', '/apis']) {
    const answer = await fetch(root, aggregated);
    if (!answer.ok) return answer;
    if (field(answer.value, 'kind') === 'APIGroupDiscoveryList') readAggregated(answer.value, add, unreadable);
    else await readLegacy(root, answer.value, fetch, add, unreadable);
  }
  return { ok: true, value: { resources: [...found.values()], unreadable: [...new Set(unreadable)].sort() } };
}

function readAggregated(list: unknown, add: (resource: ApiResource) => void, unreadable: string[]): void {
  for (const item of array(field(list, 'items'))) {
    const group = textAt(item, 'metadata', 'name') ?? '';
    for (const entry of array(field(item, 'versions')).slice(0, maxVersions)) {
      const version = textAt(entry, 'version');
      if (version === undefined) continue;
      // Stale: the aggregated API's backend did not answer; the list of its resources may be old or empty.
      if (field(entry, 'freshness') === 'Stale') unreadable.push(`${group}/${version}`);
      for (const resource of array(field(entry, 'resources'))) {
        const plural = textAt(resource, 'resource');
        const kind = textAt(resource, 'responseKind', 'kind');
        if (plural === undefined || kind === undefined) continue;
        const namespaced = field(resource, 'scope') === 'Namespaced';
        add({ group, version, plural, kind, namespaced, verbs: texts(field(resource, 'verbs')) });
      }
    }
  }
}

async function readLegacy(
  root: string,
  document: unknown,
  fetch: Fetch,
  add: (resource: ApiResource) => void,
  unreadable: string[],
): Promise<void> {
  const versions =
    root === '/api'
      ? texts(field(document, 'versions'))
      : array(field(document, 'groups')).flatMap((group) => {
          const all = array(field(group, 'versions')).map((entry) => textAt(entry, 'groupVersion') ?? '');
          const preferred = textAt(group, 'preferredVersion', 'groupVersion');
          return preferred === undefined ? all : [preferred, ...all.filter((each) => each !== preferred)];
        });
  for (const groupVersion of versions.slice(0, maxVersions)) {
    const answer = await fetch(`${root}/${groupVersion.split('/').map(encodeURIComponent).join('/')}`, plain);
    if (!answer.ok || !Array.isArray(at(answer.value, 'resources'))) {
      unreadable.push(groupVersion);
      continue;
    }
    const slash = groupVersion.indexOf('/');
    const group = slash === -1 ? '' : groupVersion.slice(0, slash);
    for (const resource of array(at(answer.value, 'resources'))) {
      const plural = textAt(resource, 'name');
      const kind = textAt(resource, 'kind');
      // `pods/exec` and the like are subresources.
      if (plural === undefined || kind === undefined || plural.includes('/')) continue;
      const version = groupVersion.slice(slash + 1);
      const namespaced = field(resource, 'namespaced') === true;
      add({ group, version, plural, kind, namespaced, verbs: texts(field(resource, 'verbs')) });
    }
  }
}

function texts(value: unknown): readonly string[] {
  return array(value)
    .map((entry) => text(entry))
    .filter((entry) => entry !== undefined);
}
