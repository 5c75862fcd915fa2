/**
 * What somebody wishes of the plan. It lives in the address (`?pin=…&forbid=…`), so that a question can be sent to a
 * colleague, and so that going back takes the last wish back.
 */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { PlanWish } from '../../data/planning-queries.ts';

export interface WishSearch {
  readonly pin?: readonly string[];
  readonly forbid?: readonly string[];
}

/** More would not fit into an address. */
const mostWishes = 40;

export type Wish = 'pin' | 'forbid';

/** The wish as the address has it; what cannot be one is left out. */
export function wishOf(search: Readonly<Record<string, unknown>>): WishSearch {
  const pin = leversOf(search.pin);
  const forbid = leversOf(search.forbid);
  return { ...(pin.length > 0 ? { pin } : {}), ...(forbid.length > 0 ? { forbid } : {}) };
}

function leversOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter((text) => typeof text === 'string' && text.length > 0 && text.length <= 2000);
  return [...new Set(texts as string[])].slice(0, mostWishes);
}

/** The wish with one lever in or out of one of its lists. A lever may stand in both: that it cannot, the planner says. */
export function toggled(wish: WishSearch, which: Wish, lever: string): WishSearch {
  const now = wish[which] ?? [];
  const next = now.includes(lever) ? now.filter((other) => other !== lever) : [...now, lever].slice(0, mostWishes);
  return wishOf({ ...wish, [which]: next });
}

export interface WishInHand {
  readonly wish: PlanWish;
  readonly has: (which: Wish, lever: string) => boolean;
  readonly toggle: (which: Wish, lever: string) => void;
  readonly clear: () => void;
}

export function useWish(): WishInHand {
  const { incidentId } = useParams({ from: '/incidents/$incidentId' });
  const { pin = [], forbid = [] } = useSearch({ from: '/incidents/$incidentId/plan/options' });
  const navigate = useNavigate();
  const put = (search: WishSearch) =>
    void navigate({ to: '/incidents/$incidentId/plan/options', params: { incidentId }, search, resetScroll: false });
  const lists = { pin, forbid };
  return {
    wish: lists,
    has: (which, lever) => lists[which].includes(lever),
    toggle: (which, lever) => put(toggled(lists, which, lever)),
    clear: () => put({}),
  };
}
