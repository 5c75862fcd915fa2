/** One artifact that is not on disk, inspected as a file would be. */
import type { ArtifactReason, ArtifactVerdict } from '@firebreak/contract';
import { bytesOf } from '../../packages/platform/src/artifacts/inspection/bytes.ts';
import { inspectPart } from '../../packages/platform/src/artifacts/inspection/inspect-part.ts';
import { defaultLimits, Inspection, type Limits } from '../../packages/platform/src/artifacts/inspection/inspection.ts';

export async function inspected(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
  now: () => number = () => 0,
): Promise<{ verdict: ArtifactVerdict; format: string; reasons: readonly ArtifactReason[] }> {
  const inspection = new Inspection({
    limits: { ...defaultLimits, until: Number.POSITIVE_INFINITY, ...limits },
    now,
    allowed: new Set(),
    beside: () => 'missing',
  });
  const format = await inspectPart(inspection, { bytes: bytesOf(bytes), inside: [], depth: 0 });
  return { verdict: inspection.verdict, format, reasons: inspection.reasons };
}
