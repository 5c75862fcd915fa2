/** Our bills of materials of the demo estate, read by the projects' own libraries: CycloneDX 1.7 by its JSON schema, SPDX 3.0.1 by its model. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactReport } from '@firebreak/contract';
import { beforeAll, expect, test } from 'vitest';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import { inspectFiles } from '../../packages/platform/src/artifacts/inspection/inspect-files.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { inspectedFiles } from '../../packages/platform/src/promotion/documents/inspected-files.ts';
import { bomMaterial, nothingKept } from '../../packages/platform/src/promotion/documents/material.ts';
import { bomAs, modelDocument } from '../../packages/platform/src/promotion/documents/write.ts';
import { good, request } from '../../packages/platform/src/promotion/testing/good.case.ts';
import { honestArtifacts } from '../artifacts/honest.ts';
import { hostileArtifacts } from '../artifacts/hostile.ts';

const python = process.env.FIREBREAK_BOM_PYTHON ?? '';
const validator = new URL('../../peers/bom/validate.py', import.meta.url).pathname;
const at = new Date('2026-11-22T00:00:00.000Z');
let graph: AttackGraph;

beforeAll(async () => {
  expect(python).not.toBe('');
  const signal = new AbortController().signal;
  const demo = await openDemo(signal);
  graph = deriveGraph((await demo.collect(signal)).estate, nodeRules, edgeRules, {});
  await demo.close();
});

interface Judged {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly lost: readonly string[];
  readonly count: number;
}
function judge(form: string, ...boms: readonly unknown[]): readonly Judged[] {
  const said = execFileSync(python, [validator, form], {
    input: JSON.stringify(boms),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return JSON.parse(said) as Judged[];
}

const models = () => [...graph.nodes.entries()].filter(([, node]) => node.class === 'model');

test.each(['cyclonedx', 'spdx'] as const)('%s: the whole estate, and every model by itself', (form) => {
  expect(models().length).toBeGreaterThan(1);
  const numbers = [undefined, ...models().map(([number]) => number)];
  const boms = numbers.map((number) => bomAs(form, bomMaterial(graph, number, nothingKept, at), '1.2.3'));
  const all = judge(form, ...boms);
  expect(all.filter(({ valid }) => !valid)).toEqual([]);
  expect(all).toHaveLength(boms.length);
  expect(all[0]?.count).toBeGreaterThan(5);
});

test('what an inspection of files found, hostile and honest ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bom-'));
  try {
    for (const [number, { bytes }] of hostileArtifacts().entries())
      if (bytes.length < 100_000) writeFileSync(join(folder, `hostile ${number}.bin`), bytes);
    for (const [number, bytes] of Object.values(honestArtifacts()).entries())
      writeFileSync(join(folder, `honest-${number}.bin`), bytes);
    const { signal } = new AbortController();
    const report = await inspectFiles({ paths: [folder], allowed: [], perFile: 60_000, now: () => at, signal });
    const [judged] = judge('cyclonedx', bomAs('cyclonedx', inspectedFiles(report), '1.2.3'));
    expect(judged).toMatchObject({ valid: true, count: report.files.length });
    expect(report.files.length).toBeGreaterThan(200);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what was kept about a model is in it: findings as vulnerabilities, signature, evaluations; and the validator can say no', () => {
  const [number = 0, node] =
    models().find(([each]) => bomMaterial(graph, each, nothingKept, at).things.length > 3) ?? [];
  const id = node?.id ?? '';
  const report: ArtifactReport = {
    kind: 'firebreak/artifact-report',
    at: at.toISOString(),
    verdict: 'unsafe',
    files: [
      {
        path: 'model.pkl',
        bytes: 20,
        sha256: 'ab'.repeat(32),
        format: 'pickle',
        verdict: 'unsafe',
        reasons: [{ rule: 'pickle/call', verdict: 'unsafe', inside: [], offset: 4, what: 'It calls os.system.' }],
        moreReasons: 0,
      },
    ],
  };
  const promotion = {
    kind: 'firebreak/promotion-record' as const,
    id: 'prm_x',
    decision: {
      kind: 'firebreak/promotion-decision' as const,
      decision: 'allow' as const,
      why: '',
      requirements: [],
      request: request(),
      policyDigest: '',
      findingsDigest: '',
    },
    findings: good(),
    policies: [],
  };
  const kept = { inspections: new Map([[id, report]]), promotions: new Map([[id, promotion]]) };
  const material = bomMaterial(graph, number, kept, at);
  const bom = bomAs('cyclonedx', material, '1.2.3');
  const lies = [
    { ...bom, bomFormat: 'other' },
    { ...bom, unheard: true },
    { ...bom, dependencies: [{ ref: 'nobody', dependsOn: [] }] },
  ];
  expect(judge('cyclonedx', bom, ...lies).map(({ valid }) => valid)).toEqual([true, false, false, false]);
  expect(bom.vulnerabilities).toMatchObject([
    { id: 'firebreak:artifact/pickle/call', affects: [{ ref: id }], ratings: [{ severity: 'critical' }] },
  ]);
  expect(JSON.stringify(bom.metadata)).toContain('"firebreak:signature:signer","value":"ml-release"');
  expect(JSON.stringify(bom.metadata)).toContain('"type":"accuracy","value":"0.93"');
  const { markdown } = modelDocument('card', material, {
    license: 'mit',
    datasets: ['<b>x</b>'],
    pipeline_tag: 'text-classification',
  });
  expect(markdown).toContain('- accuracy: 0.93');
  expect(markdown).toContain('Inspection of its files: unsafe.');
  expect(markdown).toContain('\\<b\\>x');
  const lineage = modelDocument('lineage', material, undefined);
  expect(lineage.markdown).toContain('## Steps');
  expect(lineage.data['@graph']).toBeInstanceOf(Array);
  const bare = { type: 'ai_AIPackage', spdxId: 'urn:x' };
  const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
  expect(judge('spdx', { '@context': context, '@graph': [bare] })[0]?.valid).toBe(false);
});
