/** The same as SPDX 3.0.1 in JSON-LD, with the AI and Dataset profiles: packages, hashes and relationships. */
import { sha256Hex } from '../../kernel/digest.ts';
import type { BomMaterial, Thing, ThingKind } from './material.ts';

const types: Record<ThingKind, string> = {
  model: 'ai_AIPackage',
  data: 'dataset_DatasetPackage',
  code: 'software_Package',
  artifact: 'software_Package',
  process: 'software_Package',
  service: 'software_Package',
};
const info = '_:creationinfo';

export function spdx(material: BomMaterial, version: string): Record<string, unknown> {
  const { at, subject, things, links, completeness } = material;
  const base = `urn:firebreak:spdx:${sha256Hex(`${at}\n${things.map(({ ref }) => ref).join('\n')}`).slice(0, 32)}`;
  const idOf = (ref: string) => `${base}:${sha256Hex(ref).slice(0, 32)}`;
  const agent = `${base}:firebreak`;
  const owners = [...new Set(things.flatMap(({ owner }) => owner ?? []))];
  const kinds = new Map(things.map(({ ref, kind }) => [ref, kind]));
  const elements = [
    { type: 'SoftwareAgent', spdxId: agent, creationInfo: info, name: `Firebreak ${version}` },
    ...owners.map((owner) => ({
      type: 'Organization',
      spdxId: idOf(`owner ${owner}`),
      creationInfo: info,
      name: owner,
    })),
    ...things.map((thing) => packageOf(thing, idOf)),
    ...links
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, type }) => ({
        type: 'Relationship',
        spdxId: idOf(`${from} ${to}`),
        creationInfo: info,
        comment: type,
        from: idOf(to),
        to: [idOf(from)],
        relationshipType: kinds.get(to) === 'model' && kinds.get(from) === 'data' ? 'trainedOn' : 'dependsOn',
        completeness: completeness.answer === 'complete' ? 'complete' : 'incomplete',
      })),
  ];
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      {
        type: 'CreationInfo',
        '@id': info,
        specVersion: '3.0.1',
        created: at.replace(/\.\d+Z$/, 'Z'),
        createdBy: [agent],
      },
      {
        type: 'SpdxDocument',
        spdxId: `${base}:document`,
        creationInfo: info,
        name: subject?.name ?? 'Estate',
        // The AI and Dataset profiles demand times of release and suppliers, which estates seldom know; their classes are used.
        profileConformance: ['core', 'software'],
        rootElement: subject === undefined ? things.slice(0, 1).map(({ ref }) => idOf(ref)) : [idOf(subject.ref)],
        element: elements.map(({ spdxId }) => spdxId),
      },
      ...elements,
    ],
  };
}

function packageOf(thing: Thing, idOf: (ref: string) => string) {
  const { ref, name, kind, version, digests, owner, detail } = thing;
  const hashes = digests.flatMap((digest) => {
    const [, algorithm, hashValue] = /^(sha256|sha512|sha1|md5):([0-9a-f]+)$/.exec(digest) ?? [];
    return algorithm === undefined ? [] : [{ type: 'Hash', algorithm, hashValue }];
  });
  const said = Object.entries(detail).map(([key, value]) => `${key}: ${String(value)}`);
  return {
    type: types[kind],
    spdxId: idOf(ref),
    creationInfo: info,
    name,
    externalIdentifier: [{ type: 'ExternalIdentifier', externalIdentifierType: 'other', identifier: ref }],
    ...(said.length === 0 ? {} : { comment: said.join('\n') }),
    ...(version === undefined ? {} : { software_packageVersion: version }),
    ...(owner === undefined ? {} : { suppliedBy: idOf(`owner ${owner}`) }),
    ...(hashes.length === 0 ? {} : { verifiedUsing: hashes }),
    ...(kind === 'data' ? { dataset_datasetType: ['noAssertion'] } : {}),
    ...(kind === 'model' ? { software_primaryPurpose: 'model' } : {}),
  };
}
