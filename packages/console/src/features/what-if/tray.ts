/**
 * What somebody picked to pretend away. It lives in the address (`?without=`), so that a question can be sent to somebody
 * else, and stays there from page to page (see `app/router.tsx`).
 */
import type { PathStep } from '@firebreak/contract/graph';
import { useNavigate, useSearch } from '@tanstack/react-router';

/** More would not fit into an address. */
export const mostPicked = 40;

export interface Tray {
  /** As `firebreak whatif --toggle` takes them. */
  readonly picked: readonly string[];
  readonly full: boolean;
  readonly pick: (toggle: string) => void;
  readonly drop: (toggle: string) => void;
  readonly clear: () => void;
}

export function useTray(): Tray {
  const { without: picked = [] } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const put = (without: readonly string[]) =>
    void navigate({
      to: '.',
      search: (now) => ({ ...now, without: without.length === 0 ? undefined : [...without] }),
      replace: true,
      resetScroll: false,
    });
  return {
    picked,
    full: picked.length >= mostPicked,
    pick: (toggle) => {
      if (!picked.includes(toggle) && picked.length < mostPicked) put([...picked, toggle]);
    },
    drop: (toggle) => put(picked.filter((other) => other !== toggle)),
    clear: () => put([]),
  };
}

/** The tray as the address has it; what cannot be one is left out. */
export function trayOf(without: unknown): readonly string[] | undefined {
  if (!Array.isArray(without)) return undefined;
  const toggles = without.filter((toggle) => typeof toggle === 'string' && toggle.length > 0 && toggle.length <= 2000);
  return toggles.length === 0 ? undefined : [...new Set(toggles as string[])].slice(0, mostPicked);
}

/** A step as `whatif` takes it: the form in which `firebreak edges` prints it. */
export function stepToggle({
  type,
  from,
  with: others = [],
  to,
}: Pick<PathStep, 'type' | 'from' | 'with' | 'to'>): string {
  return `${type} ${[from, ...others].map(({ id }) => id).join(' + ')} → ${to.id}`;
}
