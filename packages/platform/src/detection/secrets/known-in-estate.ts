import type { Estate, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { sha256Hex } from '../../kernel/digest.ts';

/** Virtual keys of LiteLLM by the plain SHA-256 that the proxy itself knows them by. */
const keysByHash = perEstate(
  (estate): ReadonlyMap<string, NodeId> => new Map(estate.all('litellm.key').map(({ id, data }) => [data.token, id])),
);

/** Nodes that the estate knows by a digest of this secret. */
export function knownInEstate(estate: Estate, secret: string): readonly NodeId[] {
  const key = keysByHash(estate).get(sha256Hex(secret));
  return key === undefined ? [] : [key];
}
