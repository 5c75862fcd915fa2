import type { WhatIf } from '@firebreak/contract/answers/what-if';

interface Relief {
  /** Ids of what is no longer reached. */
  readonly assets: ReadonlySet<string>;
  /** The impacts of these, added up. */
  readonly score: number;
}

/** What is no longer reached under the what-if, by identity. */
export type Gone = ReadonlyMap<string, Relief>;

const nothing: Gone = new Map();

export function goneOf(answer: WhatIf | undefined): Gone {
  if (answer === undefined) return nothing;
  return new Map(
    answer.relieved.map(({ id, loses, score }) => [id, { assets: new Set(loses.map((asset) => asset.id)), score }]),
  );
}

export function isGone(gone: Gone, identity: string, asset: string): boolean {
  return gone.get(identity)?.assets.has(asset) === true;
}
