/** A CycloneDX 1.7 ML-BOM (ECMA-424): components with model cards, lineage as formulation and dependencies, findings as vulnerabilities. */
import type { ArtifactReport, PromotionRecord } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';
import type { BomMaterial, Thing, ThingKind } from './material.ts';
import { cardOf } from './model-card.ts';

const types: Record<ThingKind, string> = {
  model: 'machine-learning-model',
  data: 'data',
  code: 'application',
  artifact: 'file',
  process: 'application',
  service: 'platform',
};
const severities = { unsafe: 'critical', suspicious: 'medium', 'cannot-tell': 'unknown' } as const;
const mostText = 2000;

export function cycloneDx(material: BomMaterial, version: string): Record<string, unknown> {
  const { at, subject, things, links, completeness } = material;
  const components = things.filter(({ ref }) => ref !== subject?.ref);
  const about = subject === undefined ? [] : [subject];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuidOf(`${at}\n${things.map(({ ref }) => ref).join('\n')}`)}`,
    version: 1,
    metadata: {
      timestamp: at,
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [{ type: 'application', name: 'Firebreak', version }] },
      ...(subject === undefined ? {} : { component: componentOf(subject, material) }),
      properties: [{ name: 'firebreak:completeness', value: completeness.answer }],
    },
    components: components.map((thing) => componentOf(thing, material)),
    dependencies: things.map(({ ref }) => ({
      ref,
      dependsOn: [...new Set(links.flatMap(({ from, to }) => (to === ref && from !== ref ? [from] : [])))],
    })),
    formulation: formulationOf(material),
    compositions: [
      {
        aggregate: completeness.answer === 'complete' ? 'complete' : 'incomplete',
        dependencies: [...about, ...components].map(({ ref }) => ref),
      },
    ],
    vulnerabilities: [...material.inspections].flatMap(([ref, report]) => vulnerabilitiesOf(ref, report)),
  };
}

function componentOf(thing: Thing, material: BomMaterial): Record<string, unknown> {
  const { ref, name, kind, version, digests, owner, detail } = thing;
  const inspection = material.inspections.get(ref);
  const promotion = material.promotions.get(ref);
  const hashes = digests.flatMap((digest) => {
    const [, algorithm = '', content = ''] = /^(sha256|sha512|sha1|md5):([0-9a-f]+)$/.exec(digest) ?? [];
    const alg = { sha256: 'SHA-256', sha512: 'SHA-512', sha1: 'SHA-1', md5: 'MD5' }[algorithm];
    return alg === undefined ? [] : [{ alg, content }];
  });
  return {
    type: types[kind],
    'bom-ref': ref,
    name,
    ...(version === undefined ? {} : { version }),
    ...(owner === undefined ? {} : { supplier: { name: owner } }),
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(kind === 'model' ? { modelCard: modelCardOf(thing, material) } : {}),
    ...(kind === 'data' ? { data: [{ type: 'dataset', name, 'bom-ref': `${ref}#data` }] } : {}),
    properties: [
      ...Object.entries(detail).map(([key, value]) => ({ name: `firebreak:detail:${key}`, value: String(value) })),
      ...(inspection === undefined ? [] : [{ name: 'firebreak:artifact:verdict', value: inspection.verdict }]),
      ...(promotion === undefined ? [] : signatureProperties(promotion)),
    ],
  };
}

/** A BOM's own `signature` is of the BOM; whether a component is signed is a property of it. */
function signatureProperties({ findings, decision }: PromotionRecord) {
  const { signature, provenance } = findings;
  return [
    ...(signature.state === 'read'
      ? [
          { name: 'firebreak:signature:verified', value: String(signature.verified) },
          { name: 'firebreak:signature:signer', value: signature.signer },
        ]
      : []),
    ...(provenance.state === 'read' ? [{ name: 'firebreak:provenance:builder', value: provenance.builder }] : []),
    { name: `firebreak:promotion:${decision.request.stage}`, value: decision.decision },
  ];
}

function modelCardOf(thing: Thing, material: BomMaterial): Record<string, unknown> {
  const { datasets, metrics, task, limitations } = cardOf(thing, material);
  return {
    modelParameters: {
      ...(task === undefined ? {} : { task }),
      datasets: datasets.map(({ ref }) => ({ ref: `${ref}#data` })),
    },
    ...(metrics.length === 0
      ? {}
      : {
          quantitativeAnalysis: {
            performanceMetrics: metrics.map(({ name, value }) => ({ type: name, value: String(value) })),
          },
        }),
    ...(limitations.length === 0 ? {} : { considerations: { technicalLimitations: limitations } }),
  };
}

/** What made what, as workflows with inputs and outputs. */
function formulationOf({ things, links }: BomMaterial): object[] {
  const known = new Set(things.map(({ ref }) => ref));
  const workflows = things
    .filter(({ kind }) => kind === 'process')
    .map(({ ref, name }) => ({
      'bom-ref': `${ref}#workflow`,
      uid: ref,
      name,
      taskTypes: ['build'],
      inputs: inputs(ref),
      outputs: links
        .filter(({ from, to }) => from === ref && known.has(to))
        .map(({ to }) => ({ type: 'artifact', resource: { ref: to } })),
    }))
    .map(({ inputs: given, outputs, ...rest }) => ({
      ...rest,
      ...(given.length === 0 ? {} : { inputs: given }),
      ...(outputs.length === 0 ? {} : { outputs }),
    }));
  return workflows.length === 0 ? [] : [{ 'bom-ref': 'firebreak:formula', workflows }];

  function inputs(ref: string) {
    return links
      .filter(({ from, to }) => to === ref && known.has(from))
      .map(({ from }) => ({ resource: { ref: from } }));
  }
}

function vulnerabilitiesOf(ref: string, { files, at }: ArtifactReport): object[] {
  return files.flatMap(({ path, reasons }) =>
    reasons.map(({ rule, verdict, offset, what }, index) => ({
      'bom-ref': `${ref}#finding-${sha256Hex(`${path}\n${rule}\n${offset}\n${index}`).slice(0, 16)}`,
      id: `firebreak:artifact/${rule}`,
      source: { name: 'Firebreak artifact inspection' },
      ratings: [{ severity: severities[verdict], method: 'other' }],
      description: what.slice(0, mostText),
      detail: `${path} at byte ${offset}`.slice(0, mostText),
      published: at,
      affects: [{ ref }],
    })),
  );
}

/** In the form of a random one (RFC 9562), of the content. */
function uuidOf(text: string): string {
  const hex = sha256Hex(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
