/**
 * Keyboard shortcuts. A page says which keys it offers (`useShortcut`), the help dialog lists what is offered at the moment,
 * so the list cannot be wrong. Single letters can be switched off, because they get in the way of speech input (WCAG 2.1.4).
 */
import { useLocalStorage } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

export interface Shortcut {
  /** One key (`?`) or two in a row (`g i`). */
  readonly keys: string;
  readonly title: string;
  readonly run: () => void;
}

interface Shortcuts {
  readonly offered: readonly Shortcut[];
  readonly enabled: boolean;
  readonly setEnabled: (enabled: boolean) => void;
  readonly offer: (shortcut: Shortcut) => () => void;
}

const ShortcutContext = createContext<Shortcuts | null>(null);

/** How long the first key of a pair waits for the second. */
const pairMs = 1200;

/** Listens for the keys; put it around everything that offers shortcuts. */
export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const [offered, setOffered] = useState<readonly Shortcut[]>([]);
  const [enabled, setEnabled] = useLocalStorage({ key: 'firebreak-shortcuts', defaultValue: true });
  const current = useRef(offered);
  current.current = offered;

  useEffect(() => {
    if (!enabled) return;
    let first: { readonly key: string; readonly at: number } | undefined;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      const pair = first !== undefined && event.timeStamp - first.at < pairMs ? `${first.key} ${event.key}` : undefined;
      const hit =
        current.current.find((shortcut) => shortcut.keys === pair) ??
        current.current.find((shortcut) => shortcut.keys === event.key);
      first = hit === undefined ? { key: event.key, at: event.timeStamp } : undefined;
      if (hit === undefined) return;
      event.preventDefault();
      hit.run();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);

  const shortcuts = useMemo(
    () => ({
      offered,
      enabled,
      setEnabled,
      offer: (shortcut: Shortcut) => {
        setOffered((others) => [...others, shortcut]);
        return () => setOffered((others) => others.filter((other) => other !== shortcut));
      },
    }),
    [offered, enabled, setEnabled],
  );
  return <ShortcutContext value={shortcuts}>{children}</ShortcutContext>;
}

export function useShortcuts(): Shortcuts {
  const shortcuts = useContext(ShortcutContext);
  if (shortcuts === null) throw new Error('shortcuts are used outside of their provider');
  return shortcuts;
}

/** Offers a shortcut while the caller is on the page. */
export function useShortcut(keys: string, title: string, run: () => void): void {
  const { offer } = useShortcuts();
  const latest = useRef(run);
  latest.current = run;
  const offerOnce = useRef(offer);
  useEffect(() => offerOnce.current({ keys, title, run: () => latest.current() }), [keys, title]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}
