/** Facts of stores as they are made, each parsed by its schema; what does not fit is a gap. */
import { type AnyFact, type Collected, type StoreFactKind, storeFactSchemas } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';

export const storeFactKinds = Object.keys(storeFactSchemas) as StoreFactKind[];

/** Where a definition stands. */
export interface Place {
  /** `github.com/acme/ml`, or the name of the source: ids of stores without an address begin with it. */
  readonly home: string;
  /** Below the home. */
  readonly path: string;
  readonly repository: string | undefined;
  readonly locator: string;
}

export function made(kind: StoreFactKind, id: string, data: object, locator: string): Collected {
  const parsed = storeFactSchemas[kind].safeParse(data);
  if (parsed.success && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,2048}$/u.test(id))
    return { fact: { id, kind, data: parsed.data, source: { connector: 'stores', locator } } as AnyFact };
  const issue = parsed.error?.issues[0];
  const reason = `${issue?.path.join('.') ?? 'its name'}: ${issue?.message ?? 'not usable'}.`;
  return { gap: gap('FB-OBJECT-INVALID', [kind], locator, reason) };
}

/** The first so many, and the gap that says that there are more. */
export function upTo<T>(
  limit: number,
  values: readonly T[],
  kinds: readonly StoreFactKind[],
  locator: string,
): { readonly first: readonly T[]; readonly gaps: readonly Collected[] } {
  if (values.length <= limit) return { first: values, gaps: [] };
  const reason = `A list of ${values.length} was read up to number ${limit}.`;
  return { first: values.slice(0, limit), gaps: [{ gap: gap('FB-FILE-TOO-LARGE', kinds, locator, reason) }] };
}

/** What follows the kind in an id. */
export const restOf = (id: string) => id.slice(id.indexOf('/') + 1);
