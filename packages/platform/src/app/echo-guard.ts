/** Takes echoes of our own findings out of what the watch found, and counts them (`detection/foreign/echo.ts` says what is one). */
import type { Detection, IntakeStatus } from '@firebreak/contract';
import { type FindingNames, findingNames, isEcho } from '../detection/foreign/echo.ts';
import type { EventStore } from '../events/store.ts';

export interface EchoGuardParts {
  readonly events: Pick<EventStore, 'byId'>;
  /** Which of these are ids of detections or incidents of ours. */
  readonly ours: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** Families of detectors whose detections are alerts of others. */
const foreign = /^(?:ocsf|alertmanager|sarif|webhook)\//;

export class EchoGuard {
  readonly #parts: EchoGuardParts;
  readonly #counts = new Map<string, number>();
  /** What was counted: the watch may hand the same in again. */
  readonly #seen = new Set<string>();

  constructor(parts: EchoGuardParts) {
    this.#parts = parts;
  }

  /** Since the start, by the format that they came in. */
  get counts(): IntakeStatus['echoes'] {
    return [...this.#counts].map(([format, events]) => ({ format, events }));
  }

  /** The same detections without those that are our own, come back. Each of these stands on one event. */
  async withoutEchoes(detections: readonly Detection[]): Promise<readonly Detection[]> {
    const asked = new Map<string, { readonly told: FindingNames; readonly format: string }>();
    for (const { id, detector, events } of detections) {
      const [cited] = events;
      if (!foreign.test(detector) || cited === undefined) continue;
      const kept = await this.#parts.events.byId(cited.id);
      if (kept !== undefined)
        asked.set(id, { told: findingNames(kept.event, kept.raw), format: kept.event.source.format });
    }
    if (asked.size === 0) return detections;
    const ours = await this.#parts.ours([...asked.values()].flatMap(({ told }) => [...told.is, ...told.of]));
    return detections.filter(({ id }) => {
      const about = asked.get(id);
      if (about === undefined || !isEcho(about.told, ours)) return true;
      this.#count(id, about.format);
      return false;
    });
  }

  #count(id: string, format: string): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    if (this.#seen.size > mostSeen)
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    this.#counts.set(format, (this.#counts.get(format) ?? 0) + 1);
  }
}

const mostSeen = 20_000;
