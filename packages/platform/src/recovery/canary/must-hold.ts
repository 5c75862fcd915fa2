/** Guard queries that must hold: those that the canary failed twice running while the baseline passed, by the metric that they fail. */
import type { CanaryConfig } from '@firebreak/contract';

const twice = 2;

/** @param failing by query, how often running */
export function brokenByMetric(
  { metrics, guard }: CanaryConfig,
  failing: Readonly<Record<string, number>>,
): Readonly<Record<string, readonly string[]>> {
  const broken = (guard?.queries ?? []).filter(({ id, mustHold }) => mustHold && (failing[id] ?? 0) >= twice);
  if (broken.length === 0) return {};
  // Of several metrics over the same answers the first tells it; without one there is nothing to fail.
  const metric = metrics.find(({ source }) => source.from === 'guard' && source.measure === 'mismatches');
  return metric === undefined ? {} : { [metric.name]: broken.map(({ id }) => id) };
}
