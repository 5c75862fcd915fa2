/** Whether the estate tells of a kind of thing in an account, or nobody looked. */
import { accountOfArn, type Estate, type Fact, type FactKind } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';

const gapKinds: (estate: Estate) => ReadonlySet<string> = perEstate(
  (estate) => new Set(estate.gaps.flatMap(({ kinds }) => kinds)),
);

/** A gap names the kind, or what it names is not known. */
export function isUnread(estate: Estate, kind: string): boolean {
  const kinds = gapKinds(estate);
  return kinds.has(kind) || kinds.has('*');
}

/** Whether the tags of a resource are all that it has: where there are none, something of the kind may not have been read. */
export function tagsTold(estate: Estate, kind: FactKind, tags: readonly object[]): boolean {
  return tags.length > 0 || !isUnread(estate, kind);
}

/** Facts of a kind by account of their ARN. */
export function inAccount<K extends FactKind>(
  facts: readonly Fact<K>[],
  arnOf: (data: Fact<K>['data']) => string,
): ReadonlyMap<string, readonly Fact<K>[]> {
  const byAccount = new Map<string, Fact<K>[]>();
  for (const fact of facts) {
    const account = accountOfArn(arnOf(fact.data)) ?? '';
    const list = byAccount.get(account);
    if (list === undefined) byAccount.set(account, [fact]);
    else list.push(fact);
  }
  return byAccount;
}
