import type { Estate, Fact } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';

/** By host and number, `github.com 42`. */
export const rulesetsById: (estate: Estate) => ReadonlyMap<string, Fact<'github.ruleset'>> = perEstate(
  (estate) => new Map(estate.all('github.ruleset').map((fact) => [`${fact.data.host} ${fact.data.id}`, fact])),
);
