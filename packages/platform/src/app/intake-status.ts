/** What the line and the watch say of themselves. */
import type { IntakeStatus } from '@firebreak/contract';
import type { Station } from './station.ts';

export async function intakeStatus({ intake, watch, storage, echoes }: Station): Promise<IntakeStatus> {
  const [logs, last, places] = await Promise.all([
    storage.eventStore.logs(),
    storage.eventStore.last(watch?.line),
    storage.watchPlaces.all(),
  ]);
  const others = places
    .filter((place) => place.watch !== watch?.line.name)
    .map(({ watch: line, position, savedAt }) => ({ line, position, saved: savedAt.toISOString() }));
  return {
    ...intake.counts,
    logs: [...logs],
    echoes: echoes.counts,
    watch: watch === undefined ? null : { ...watchStatus(watch.status, last), others },
  };
}

function watchStatus(
  { running, trouble, rules, counts }: NonNullable<Station['watch']>['status'],
  last: number,
): Omit<NonNullable<IntakeStatus['watch']>, 'others'> {
  return {
    running,
    trouble: trouble ?? null,
    position: counts?.position ?? 0,
    last,
    seen: counts?.seen ?? 0,
    detections: counts?.detections ?? 0,
    lagMs: counts?.lagMs ?? null,
    rules: rules?.rules ?? 0,
    correlations: rules?.correlations ?? 0,
    filters: rules?.filters ?? 0,
    detectors: rules?.detectors ?? 0,
    problems: (rules?.problems ?? []).map(({ code, file, line, reason, warning = false }) => ({
      code,
      file,
      line,
      reason,
      warning,
    })),
    stopped: [...(counts?.stopped ?? [])],
  };
}
