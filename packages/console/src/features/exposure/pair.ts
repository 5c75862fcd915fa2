/**
 * What was opened, by itself and not by its place: the matrix is asked for again whenever the estate changes, and comes back in
 * another order.
 */
import type { Exposure } from '@firebreak/contract/answers/exposure';
import type { Cell } from './matrix-moves.ts';

export interface Pair {
  readonly identity: Exposure['identities'][number];
  readonly asset: Exposure['protected'][number];
}

export function pairAt({ identities, protected: assets }: Exposure, cell: Cell): Pair | null {
  const identity = identities[cell.identity];
  const asset = assets[cell.asset];
  return identity === undefined || asset === undefined ? null : { identity, asset };
}

/** Where it is now; null when one of both is not in the matrix any more. */
export function cellOf({ identities, protected: assets }: Exposure, pair: Pair): Cell | null {
  const identity = identities.findIndex(({ id }) => id === pair.identity.id);
  const asset = assets.findIndex(({ id }) => id === pair.asset.id);
  return identity === -1 || asset === -1 ? null : { identity, asset };
}

/** As the newest answer tells of it, else as it was when it was opened. */
export function newest({ identities, protected: assets }: Exposure, pair: Pair): Pair {
  return {
    identity: identities.find(({ id }) => id === pair.identity.id) ?? pair.identity,
    asset: assets.find(({ id }) => id === pair.asset.id) ?? pair.asset,
  };
}
