/** A report as other tools read it: SARIF 2.1.0 (OASIS) and a CycloneDX 1.6 ML-BOM (ECMA-424). */
import type { ArtifactFile, ArtifactReport } from '@firebreak/contract';

const levels = { suspicious: 'warning', 'cannot-tell': 'warning', unsafe: 'error' } as const;

export function reportAsSarif({ files }: ArtifactReport, version: string): object {
  const results = files.flatMap((file) => file.reasons.map((reason) => ({ file, reason })));
  const rules = [...new Set(results.map(({ reason }) => reason.rule))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Firebreak',
            semanticVersion: version,
            rules: rules.map((id) => ({ id: `artifact/${id}`, shortDescription: { text: id } })),
          },
        },
        results: results.map(({ file, reason: { rule, verdict, inside, offset, what } }) => ({
          ruleId: `artifact/${rule}`,
          ruleIndex: rules.indexOf(rule),
          level: levels[verdict],
          message: { text: inside.length === 0 ? what : `${inside.join(' › ')}: ${what}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.path.split('/').map(encodeURIComponent).join('/') },
                ...(inside.length === 0 ? { region: { byteOffset: offset, byteLength: 0 } } : {}),
              },
              ...(inside.length === 0 ? {} : { logicalLocations: [{ fullyQualifiedName: inside.join('/') }] }),
            },
          ],
        })),
      },
    ],
  };
}

export function reportAsCycloneDx({ at, files, verdict }: ArtifactReport, version: string): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: at,
      tools: { components: [{ type: 'application', name: 'Firebreak', version }] },
      properties: [{ name: 'firebreak:artifact:verdict', value: verdict }],
    },
    components: files.map(componentOf),
  };
}

function componentOf({ path, bytes, sha256, format, verdict, reasons }: ArtifactFile): object {
  return {
    type: 'machine-learning-model',
    'bom-ref': `${path}#${sha256}`,
    name: path,
    ...(sha256 === '' ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    properties: [
      { name: 'firebreak:artifact:format', value: format },
      { name: 'firebreak:artifact:bytes', value: String(bytes) },
      { name: 'firebreak:artifact:verdict', value: verdict },
      ...[...new Set(reasons.map(({ rule }) => rule))].map((value) => ({ name: 'firebreak:artifact:rule', value })),
    ],
  };
}
