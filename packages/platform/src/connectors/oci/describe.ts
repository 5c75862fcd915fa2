/** Manifests as facts, the same for a registry and for a folder. Foreign text goes through the schema; nothing else is kept. */
import { type Collected, ociId } from '@firebreak/contract';
import { field, stringMap, textAt } from '../../intake/foreign.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import type { Descriptor, Manifest } from './manifest.ts';

const make = factMaker('oci');

export interface Place {
  readonly registry: string;
  readonly repository: string;
  /** Address or folder, for the provenance. */
  readonly at: string;
}

export function registryFact(registry: string, data: object, locator: string): Collected {
  return make('oci.registry', ociId('Registry', registry), { registry, ...data }, locator);
}

export function repositoryFact({ registry, repository, at }: Place): Collected {
  return make('oci.repository', ociId('Repository', registry, repository), { registry, repository }, at);
}

export function tagFact({ registry, repository, at }: Place, tag: string, digest: string): Collected {
  const id = ociId('Tag', registry, `${repository}:${tag}`);
  return make('oci.tag', id, { registry, repository, tag, digest }, `${at}:${tag}`);
}

export function imageFact({ registry, repository, at }: Place, manifest: Manifest, config: unknown): Collected {
  const { digest, mediaType, artifactType, form, annotations } = manifest;
  // What the manifest says counts more than what the image was built with.
  const labels = { ...stringMap(field(field(config, 'config'), 'Labels')), ...annotations };
  const label = (name: string) => {
    const value = labels[`org.opencontainers.image.${name}`]?.trim();
    return value === undefined || value === '' ? undefined : withoutCredentials(value);
  };
  const parts = [
    ...(manifest.config === undefined ? [] : [manifest.config]),
    ...manifest.layers,
    ...manifest.manifests,
  ];
  const data = {
    registry,
    repository,
    digest,
    mediaType,
    artifactType,
    form,
    size: parts.reduce((sum, part) => sum + part.size, 0),
    manifests: manifest.manifests.map((child) => ({ digest: child.digest, platform: child.platform })),
    created: textAt(config, 'created') ?? label('created'),
    source: label('source'),
    revision: label('revision'),
    version: label('version'),
    vendor: label('vendor'),
    title: label('title'),
    licenses: label('licenses'),
    baseName: label('base.name'),
  };
  return make('oci.image', ociId('Image', registry, `${repository}@${digest}`), data, `${at}@${digest}`);
}

/** Name and password of an address; builds write the remote that they cloned from, token included. */
function withoutCredentials(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)[^/@]*@/i, '$1');
}

export type Found = 'referrers-api' | 'referrers-tag' | 'cosign-tag' | 'index' | 'subject';

/** Something that speaks of `subject`: by its descriptor in a list of referrers, or by its own manifest. */
export function referrerFact(
  { registry, repository, at }: Place,
  subject: string,
  referrer: Descriptor | Manifest,
  found: Found,
): Collected {
  const layers = 'layers' in referrer ? referrer.layers : [];
  const type = referrer.artifactType ?? layers[0]?.mediaType;
  const notes = { ...layers[0]?.annotations, ...referrer.annotations };
  const predicateType =
    notes['dev.sigstore.bundle.predicateType'] ?? notes.predicateType ?? notes['in-toto.io/predicate-type'];
  const data = {
    registry,
    repository,
    subject,
    digest: referrer.digest,
    says: found === 'index' ? 'attestation' : saysOf(type ?? '', notes, predicateType),
    artifactType: type === '' ? undefined : type,
    predicateType,
    found,
    count: found === 'cosign-tag' ? layers.length : 1,
  };
  return make(
    'oci.referrer',
    ociId('Referrer', registry, `${repository}@${referrer.digest}`),
    data,
    `${at}@${referrer.digest}`,
  );
}

function saysOf(
  type: string,
  notes: Readonly<Record<string, string>>,
  predicateType: string | undefined,
): 'signature' | 'attestation' | 'sbom' | 'other' {
  if (/simplesigning|cncf\.notary\.signature|cosign\.artifact\.sig/.test(type)) return 'signature';
  if (/dev\.sigstore\.bundle/.test(type)) {
    // cosign 3 signs by an envelope of its own predicate.
    const signs =
      notes['dev.sigstore.bundle.content'] === 'message-signature' ||
      predicateType === 'https://sigstore.dev/cosign/sign/v1';
    return signs ? 'signature' : 'attestation';
  }
  if (/spdx|cyclonedx|sbom|syft/.test(type)) return 'sbom';
  return /in-toto|dsse|attest/.test(type) ? 'attestation' : 'other';
}
