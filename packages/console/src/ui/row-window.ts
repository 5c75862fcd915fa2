/**
 * Which of many rows of one height are near enough to be seen. The window moves in blocks, so that scrolling by a row draws
 * nothing, and reaches past both ends, so that a fast scroll and the Tab key find rows that are already there.
 */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

export interface RowWindow {
  /** The first row that is drawn. */
  readonly start: number;
  /** The first one that is not drawn any more. */
  readonly end: number;
}

const block = 8;

/** Rows that are drawn when so many pixels of them are scrolled away and so many are in sight. */
export function rowWindow(scrolled: number, inSight: number, height: number, total: number, beyond: number): RowWindow {
  const first = Math.floor(Math.max(0, scrolled) / height);
  const start = Math.max(0, Math.floor((first - beyond) / block) * block);
  const last = first + Math.ceil(inSight / height) + beyond;
  const end = Math.min(total, Math.ceil(last / block) * block);
  return { start: Math.min(start, Math.max(0, end - 1)), end };
}

/** The rows (or, `across`, columns) to draw within a scrolling element. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  { height, total, beyond = 12, across = false }: RowWindowOptions,
): RowWindow {
  const [seen, setSeen] = useState<RowWindow>(() => rowWindow(0, 800, height, total, beyond));
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = () => {
      const next = across
        ? rowWindow(element.scrollLeft, element.clientWidth, height, total, beyond)
        : rowWindow(element.scrollTop, element.clientHeight, height, total, beyond);
      setSeen((now) => (now.start === next.start && now.end === next.end ? now : next));
    };
    look();
    // In the frame of the scroll itself: a moment later, the place that was scrolled to would be seen empty.
    const lookAtOnce = () => flushSync(look);
    element.addEventListener('scroll', lookAtOnce, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', lookAtOnce);
      observer.disconnect();
    };
  }, [scroller, height, total, beyond, across]);
  // A shorter list may end before the window that was seen last.
  return seen.end <= total && (seen.end > seen.start || total === 0) ? seen : rowWindow(0, 800, height, total, beyond);
}

export interface RowWindowOptions {
  /** Of one row, or the width of one column, in pixels. */
  readonly height: number;
  readonly total: number;
  /** Rows drawn past either end. */
  readonly beyond?: number;
  readonly across?: boolean;
}

/** Goes back to the top when what is listed becomes something else. */
export function useScrollToTop(scroller: RefObject<HTMLElement | null>, of: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of `of` that matters
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [of]);
}
