/** What a holder may spend, for display; and how long a key lives. */
import type { Fact, Tenure } from '@firebreak/contract';

type Key = Fact<'litellm.key'>['data'];

/** A key that lives longer is as good as one that lives for ever. */
const shortLivedDays = 90;

export function budgetDetail({ max, spent, period, tokensPerMinute, requestsPerMinute }: Key['budget']) {
  const parts = { budget: max, spent, budgetPeriod: period, tokensPerMinute, requestsPerMinute };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as Readonly<Record<string, string | number>>;
}

/** Old versions keep no time of last use; that nothing was ever spent then still says that it was not used. */
export function keyTenure({ created, expires, lastUsed, budget }: Key): Tenure {
  const lives = expires === undefined || created === undefined ? Number.NaN : Date.parse(expires) - Date.parse(created);
  const used = lastUsed ?? (budget.spent === 0 ? 'never' : undefined);
  return {
    lifetime: lives <= shortLivedDays * 86_400_000 ? 'short-lived' : 'static',
    access: 'standing',
    ...(created === undefined ? {} : { created }),
    ...(expires === undefined ? {} : { expires }),
    ...(used === undefined ? {} : { lastUsed: used }),
  };
}
