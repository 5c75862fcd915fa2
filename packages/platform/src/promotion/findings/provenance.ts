/**
 * Who built it and from what: SLSA provenance v1 (slsa.dev/spec/v1.2/build-provenance). It counts when the signer that the trust
 * file names for that builder signed it; the level is the trust file's, since a builder cannot vouch for itself.
 */
import type { PromotionFindings, PromotionSubject } from '@firebreak/contract';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import type { GateTrust } from '../trust.ts';
import { absent, attestedOf } from './attested.ts';

export const provenanceType = 'https://slsa.dev/provenance/v1';
const mostDependencies = 1000;

const resource = z.object({
  uri: z.string().max(2000).optional(),
  name: z.string().max(2000).optional(),
  digest: z.record(z.string(), z.string().max(200)).optional(),
});
const predicateSchema = z.object({
  buildDefinition: z.object({
    buildType: z.string().max(2000),
    resolvedDependencies: z.array(resource).max(100_000).default([]),
  }),
  runDetails: z.object({ builder: z.object({ id: z.string().max(2000) }) }),
});

export function provenanceFinding(
  subject: PromotionSubject,
  statements: readonly JudgedStatement[],
  trust: GateTrust,
): PromotionFindings['provenance'] {
  const next = 'Attach provenance that the builder signed (--attestation FILE, or to the image).';
  const { signed, passedOver } = attestedOf(statements, subject, [provenanceType], 'provenance');
  const read = signed.flatMap(({ statement, signer }) => {
    const predicate = predicateSchema.safeParse(statement.predicate);
    if (!predicate.success) {
      passedOver.push('One is not of the form of SLSA provenance v1.');
      return [];
    }
    const { buildDefinition, runDetails } = predicate.data;
    const { id } = runDetails.builder;
    const builder = trust.builders.find((known) => known.id === id && known.signer === signer.name);
    return [{ id, buildDefinition, signer, level: builder?.slsaLevel ?? 0, known: builder !== undefined }];
  });
  const [best] = read.toSorted((a, b) => Number(b.known) - Number(a.known) || b.level - a.level);
  if (best === undefined) return absent('provenance that counts', passedOver, next);
  const { id, buildDefinition, level, known, signer } = best;
  const dependencies = buildDefinition.resolvedDependencies.slice(0, mostDependencies).map((each) => ({
    uri: each.uri ?? each.name ?? '',
    digest: Object.entries(each.digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`)[0] ?? '',
  }));
  return {
    state: 'read',
    verified: known,
    builder: id,
    buildType: buildDefinition.buildType,
    slsaLevel: level,
    dependencies,
    why: known
      ? `${printable(id)} (level ${level}) built it from ${dependencies.length} things, signed by ${printable(signer.name)}.`
      : `${printable(signer.name)} signed it for the builder ${printable(id)}, which the trust file does not name for that signer.`,
    next: known ? '' : 'Name the builder with its SLSA level in the trust file, or build it by one that is named.',
  };
}
