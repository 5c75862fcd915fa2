/** Foreign data → a fact of its kind, or a gap that names the field which is not what it should be. */
import { type AnyFact, type Collected, type FactId, type FactKind, factSchemas } from '@firebreak/contract';
import { gap } from './gap.ts';

/** `make` bound to one connector: `make(kind, id, data, locator)`. */
export function factMaker(connector: string) {
  return (kind: FactKind, id: FactId, data: unknown, locator: string): Collected => {
    const parsed = factSchemas[kind].safeParse(data);
    if (parsed.success)
      return { fact: { id, kind, data: parsed.data, source: { connector, locator } } as unknown as AnyFact };
    const issue = parsed.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    return { gap: gap('FB-OBJECT-INVALID', [kind], locator, `${path === '' ? 'it' : path}: ${issue?.message ?? ''}.`) };
  };
}
