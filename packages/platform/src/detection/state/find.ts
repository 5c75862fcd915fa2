import { type Completeness, completeness, type Estate, type Finding, type StateDetector } from '@firebreak/contract';

export interface Findings {
  readonly findings: readonly Finding[];
  readonly completeness: Completeness;
}

/** What the detectors find in the estate as it is: detector by detector, each in the order of the facts. Pure. */
export function findIn(estate: Estate, detectors: readonly StateDetector[]): Findings {
  const findings = detectors.flatMap((detector) =>
    Array.from(detector.detect(estate), (found): Finding => {
      const { about, facts, where, note, severity = detector.severity, thorough = false } = found;
      return {
        detector: detector.id,
        severity,
        title: detector.title,
        about,
        where,
        ...(note === undefined ? {} : { note }),
        thorough,
        ...detector.explain,
        techniques: [...detector.techniques],
        facts: [...facts],
      };
    }),
  );
  const needs = new Set<string>(detectors.flatMap((detector) => detector.needs));
  return { findings, completeness: completeness(estate.gaps, needs) };
}
