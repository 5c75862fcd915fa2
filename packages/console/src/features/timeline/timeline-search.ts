import { type Moment, type TimelineKind, timelineKinds } from '@firebreak/contract/answers/timeline';

/** Kinds by what was touched, as people speak of them. */
export const kindWords: Readonly<Record<TimelineKind, string>> = {
  model: 'Model',
  data: 'Data',
  tool: 'Tool',
  identity: 'Identity',
  platform: 'Platform',
  detection: 'Detection',
  response: 'Our step',
  human: 'Person',
};

/** The columns that moments stand in: what was done to the estate, what saw it, and what we did about it. */
export const lanes: readonly { readonly lane: string; readonly title: string }[] = [
  { lane: 'estate', title: 'Attacker and platform' },
  { lane: 'seen', title: 'Detected' },
  { lane: 'ours', title: 'Our steps and people' },
];

function laneOf(kind: TimelineKind): string {
  if (kind === 'detection') return 'seen';
  return kind === 'response' || kind === 'human' ? 'ours' : 'estate';
}

/** The timeline's part of an address. */
export function timelineSearch(search: Readonly<Record<string, unknown>>): { kind?: TimelineKind } {
  const kind = timelineKinds.find((known) => known === search.kind);
  return kind === undefined ? {} : { kind };
}

/** Moments of one time, by lane: what happened stands beside what saw it. */
export interface Together {
  readonly at: string;
  readonly lanes: readonly { readonly lane: string; readonly moments: readonly Moment[] }[];
}

/** @param moments by time */
export function together(moments: readonly Moment[]): Together[] {
  const times: Moment[][] = [];
  for (const moment of moments) {
    const now = times.at(-1);
    if (now?.[0]?.at === moment.at) now.push(moment);
    else times.push([moment]);
  }
  return times.map((same) => ({
    at: same[0]?.at ?? '',
    lanes: lanes
      .map(({ lane }) => ({ lane, moments: same.filter(({ kind }) => laneOf(kind) === lane) }))
      .filter((each) => each.moments.length > 0),
  }));
}
