import { useId, useLayoutEffect, useMemo, useRef } from 'react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import type { Tone } from '../../ui/tag.tsx';
import classes from './layered-drawing.module.css';
import { boxWidth, curve, layered } from './layers.ts';

export interface DrawnBox {
  readonly id: string;
  readonly column: number;
  readonly kind: string;
  readonly name: string;
  /** One short line: what the box is here. */
  readonly note: string;
  readonly tone: Extract<Tone, 'neutral' | 'info' | 'warn' | 'jewel'>;
}
export interface DrawnLine {
  readonly from: string;
  readonly to: string;
  /** A line that may not be there. */
  readonly unsure: boolean;
}

interface LayeredDrawingProps {
  readonly label: string;
  readonly boxes: readonly DrawnBox[];
  readonly lines: readonly DrawnLine[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

/** More boxes than these are no drawing any more; the list below it holds them all. */
export const mostBoxes = 300;

/**
 * A small drawing from left to right. Boxes are ordinary buttons in the order of reading; the lines say nothing that the list
 * beside the drawing does not say, and are hidden from screen readers.
 */
export function LayeredDrawing({ label, boxes, lines, selected, onSelect }: LayeredDrawingProps) {
  const layout = useMemo(() => layered(boxes, lines), [boxes, lines]);
  const byId = useMemo(() => new Map(boxes.map((box) => [box.id, box])), [boxes]);
  const arrow = useId();
  const scroller = useRef<HTMLElement>(null);
  const first = useRef(selected);
  // What the drawing is about may stand far to the right of where it begins.
  useLayoutEffect(() => {
    const place = first.current === null ? undefined : layout.places.get(first.current);
    const frame = scroller.current;
    if (place === undefined || frame === null) return;
    frame.scrollLeft = place.x + boxWidth / 2 - frame.clientWidth / 2;
  }, [layout]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={scroller} className={classes.scroll} aria-label={label} tabIndex={0}>
      <div className={classes.paper} style={{ width: layout.width, height: layout.height }}>
        <svg width={layout.width} height={layout.height} aria-hidden className={classes.lines}>
          <defs>
            <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0,0 L8,4 L0,8 z" className={classes.head} />
            </marker>
          </defs>
          {lines.map((line) => {
            const { from, to, unsure } = line;
            const [start, end] = [layout.places.get(from), layout.places.get(to)];
            if (start === undefined || end === undefined || from === to) return null;
            return (
              <path
                key={`${from} ${to} ${unsure}`}
                d={curve(start, end, layout.lanesOf(line))}
                className={classes.line}
                data-near={selected === from || selected === to}
                data-unsure={unsure}
                markerEnd={`url(#${arrow})`}
              />
            );
          })}
        </svg>
        {[...layout.places].map(([id, { x, y }]) => {
          const box = byId.get(id);
          if (box === undefined) return null;
          return (
            <button
              key={id}
              type="button"
              className={classes.box}
              data-tone={box.tone}
              aria-pressed={selected === id}
              style={{ left: x, top: y }}
              onClick={() => onSelect(id)}
            >
              <span className={classes.kind}>
                <ForeignText text={box.kind} most={28} />
              </span>
              <span className={classes.name}>
                <ForeignText text={box.name} most={25} mono />
              </span>
              <span className={classes.note}>{box.note}</span>
            </button>
          );
        })}
      </div>
    </section>
  );
}
