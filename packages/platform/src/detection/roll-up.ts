/**
 * One rule, one actor, one hour: one detection that grows. A stolen token used a hundred times is one thing to look at, not a
 * hundred.
 *
 * What must stay true: the first is told at once; a detection that grows keeps its id; its count is never more than was seen, and
 * catches up at the latest when time is said to have come further (`settle`). No clock: the hour is the events'.
 */
import type { Detection } from '@firebreak/contract';

interface Roll {
  readonly detection: Detection;
  /** How many of its events were told of. */
  readonly told: number;
}
/** Plain JSON data, the one touched longest ago first. */
export type RollUpState = readonly (readonly [key: string, roll: Roll])[];

const spanMs = 3_600_000;
const mostRolls = 5000;
const mostCited = 20;
const mostNamed = 200;

export class RollUp {
  readonly #rolls = new Map<string, Roll>();

  constructor(state: RollUpState = []) {
    for (const [key, roll] of state) this.#rolls.set(key, roll);
  }

  /** @param found of one event @returns what is to be told now, if anything */
  add(found: Detection): Detection | undefined {
    // Without an actor nothing says that two belong together.
    if (found.by.length === 0) return found;
    const key = `${found.detector} ${[...found.by].sort().join(' ')}`;
    const roll = this.#rolls.get(key);
    this.#rolls.delete(key);
    if (roll === undefined || Math.abs(Date.parse(found.first) - Date.parse(roll.detection.first)) >= spanMs) {
      this.#keep(key, { detection: found, told: 1 });
      return found;
    }
    const detection = grown(roll.detection, found);
    // 2, 5, 10, 20, 50 …: what grows for ever is told ever more rarely.
    const isTold = /^[125]0*$/.test(String(detection.count));
    this.#keep(key, { detection, told: isTold ? detection.count : roll.told });
    return isTold ? detection : undefined;
  }

  /** All that grew since it was told of; what is over at `time` (ms since 1970) is forgotten. */
  *settle(time: number): Generator<Detection> {
    for (const [key, { detection, told }] of this.#rolls) {
      if (detection.count > told) {
        this.#rolls.set(key, { detection, told: detection.count });
        yield detection;
      }
      if (Date.parse(detection.first) + spanMs < time) this.#rolls.delete(key);
    }
  }

  state(): RollUpState {
    return [...this.#rolls];
  }

  #keep(key: string, roll: Roll): void {
    this.#rolls.set(key, roll);
    if (this.#rolls.size <= mostRolls) return;
    for (const [oldest] of this.#rolls) {
      this.#rolls.delete(oldest);
      break;
    }
  }
}

/** The earlier one, with what the later one adds; of its events the first ones and the newest. */
function grown(detection: Detection, found: Detection): Detection {
  const union = (one: readonly string[], other: readonly string[]) =>
    [...new Set([...one, ...other])].slice(0, mostNamed);
  const kept = detection.events.length < mostCited ? detection.events : detection.events.slice(0, -1);
  return {
    ...detection,
    first: [detection.first, found.first].sort()[0] ?? detection.first,
    last: [detection.last, found.last].sort()[1] ?? detection.last,
    about: union(detection.about, found.about),
    sessions: union(detection.sessions, found.sessions),
    events: [...kept, ...found.events],
    count: detection.count + found.count,
  };
}
