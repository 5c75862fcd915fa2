/** How far a watch has come in the order of events, and what it remembered there. */
import type { WatchState } from './watch.ts';

export interface WatchPlace {
  /** Number of the last event that it saw; 0 before the first. */
  readonly position: number;
  /** Event time of the newest event that it saw, ms since 1970; 0 before the first. */
  readonly newest: number;
  readonly state: WatchState;
}

/** Where places are kept, by the watch's name. */
export interface WatchPlaces {
  /** Undefined for a watch that has not begun, or whose state was written by another version. */
  load(watch: string): Promise<WatchPlace | undefined>;
  /** What is given changes on: it is written down before this first waits. */
  save(watch: string, place: WatchPlace): Promise<void>;
}
