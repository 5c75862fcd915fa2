import { type Estate, type FactId, type FactKind, factSchemas } from '@firebreak/contract';
import { perEstate } from '../facts/estate.ts';

/** The facts of kinds that a gap of the estate touches; `all` when some gap does not know which kinds it touches. */
export const factsTouchedBy: (estate: Estate) => ReadonlySet<FactId> | 'all' = perEstate((estate) => {
  const kinds = new Set(estate.gaps.flatMap((gap) => gap.kinds));
  if (kinds.has('*')) return 'all';
  const facts = new Set<FactId>();
  for (const kind of kinds) if (isKind(kind)) for (const { id } of estate.all(kind)) facts.add(id);
  return facts;
});

function isKind(kind: string): kind is FactKind {
  return Object.hasOwn(factSchemas, kind);
}
