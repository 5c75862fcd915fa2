/**
 * What an image reference means: registry, repository, tag, digest, by the rules of the `distribution` reference grammar with
 * Docker's defaults. A repository of a registry is one node, whoever pushes to it or runs from it.
 */
import type { NodeId } from '@firebreak/contract';

export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const component = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** Undefined for what is no reference (a template, an empty text). An absent tag is `latest` unless there is a digest. */
export function imageReference(text: string): ImageReference | undefined {
  if (text.length > 1024) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !/^sha(256|512):[0-9a-f]{64,128}$/.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  const path = (colon < 0 ? named : named.slice(0, colon)).split('/');
  const [first = ''] = path;
  const hasRegistry = path.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first.toLowerCase() : 'docker.io';
  const repository = hasRegistry ? path.slice(1) : path;
  if (repository.some((part) => !component.test(part))) return undefined;
  const official = registry === 'docker.io' && repository.length === 1;
  return {
    registry: registry === 'index.docker.io' ? 'docker.io' : registry,
    repository: official ? `library/${repository[0]}` : repository.join('/'),
    ...(tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `oci:Repository/<registry>/<repository>` */
export function imageRepositoryId({ registry, repository }: Pick<ImageReference, 'registry' | 'repository'>): NodeId {
  return `oci:Repository/${registry}/${repository}`;
}
