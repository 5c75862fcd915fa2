import type { WhatIf } from '@firebreak/contract/answers/what-if';

/** What is no longer reached under the what-if: by identity, the ids of assets. */
export type Gone = ReadonlyMap<string, ReadonlySet<string>>;

const nothing: Gone = new Map();

export function goneOf(answer: WhatIf | undefined): Gone {
  if (answer === undefined) return nothing;
  return new Map(answer.relieved.map(({ id, loses }) => [id, new Set(loses.map((asset) => asset.id))]));
}

export function isGone(gone: Gone, identity: string, asset: string): boolean {
  return gone.get(identity)?.has(asset) === true;
}
