/**
 * What an inspection of files says, as the material of a bill of materials: each file a model with its digest and what was found in it.
 * It is never complete: files say nothing of what they were made from.
 */
import type { ArtifactReport } from '@firebreak/contract';
import type { BomMaterial, Thing } from './material.ts';

export function inspectedFiles(report: ArtifactReport): BomMaterial {
  const found = report.files.map((file) => {
    const { path, sha256, format, bytes } = file;
    const thing: Thing = {
      ref: `${path}#${sha256}`,
      name: path,
      kind: 'model',
      version: undefined,
      digests: sha256 === '' ? [] : [`sha256:${sha256}`],
      owner: undefined,
      detail: { format, bytes },
    };
    return { thing, report: { ...report, verdict: file.verdict, files: [file] } };
  });
  return {
    at: report.at,
    subject: undefined,
    things: found.map(({ thing }) => thing),
    links: [],
    inspections: new Map(found.map(({ thing, report: own }) => [thing.ref, own])),
    promotions: new Map(),
    completeness: {
      answer: 'limited',
      reasons: [
        {
          kinds: ['*'],
          code: 'FB-LOG-MISSING',
          where: 'files',
          reason: 'Only files were read, which say nothing of what they were made from.',
          next: 'Write the bill of an estate that holds the model: `firebreak bom`.',
        },
      ],
    },
  };
}
