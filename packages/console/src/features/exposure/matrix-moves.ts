/** Where the keys lead in the matrix, and how far it has to scroll to show a cell. Sizes in pixels. */

/** Places in the answer's lists. */
export interface Cell {
  readonly identity: number;
  readonly asset: number;
}

export const rowHeight = 32;
export const cellWidth = 34;
export const nameWidth = 300;
export const headHeight = 150;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
}
interface Size {
  readonly identities: number;
  readonly assets: number;
}

/** The cell that a key leads to; null for keys that mean nothing here. */
export function moved(from: Cell, { key, ctrlKey }: Pressed, size: Size): Cell | null {
  const to = (identity: number, asset: number): Cell => ({
    identity: Math.min(size.identities - 1, Math.max(0, identity)),
    asset: Math.min(size.assets - 1, Math.max(0, asset)),
  });
  const { identity, asset } = from;
  switch (key) {
    case 'ArrowUp':
      return to(identity - 1, asset);
    case 'ArrowDown':
      return to(identity + 1, asset);
    case 'ArrowLeft':
      return to(identity, asset - 1);
    case 'ArrowRight':
      return to(identity, asset + 1);
    case 'PageUp':
      return to(identity - 10, asset);
    case 'PageDown':
      return to(identity + 10, asset);
    case 'Home':
      return to(ctrlKey ? 0 : identity, 0);
    case 'End':
      return to(ctrlKey ? size.identities - 1 : identity, size.assets - 1);
    default:
      return null;
  }
}

interface Sight {
  readonly scrollTop: number;
  readonly scrollLeft: number;
  readonly clientHeight: number;
  readonly clientWidth: number;
}

/** Where to scroll to so that the cell is beside the head and the names, not below them; null when it is in sight already. */
export function scrollFor({ identity, asset }: Cell, sight: Sight): { top: number; left: number } | null {
  const top = nearest(identity * rowHeight, rowHeight, sight.scrollTop, sight.clientHeight - headHeight);
  const left = nearest(asset * cellWidth, cellWidth, sight.scrollLeft, sight.clientWidth - nameWidth);
  return top === sight.scrollTop && left === sight.scrollLeft ? null : { top, left };
}

function nearest(start: number, size: number, scrolled: number, room: number): number {
  if (start < scrolled) return start;
  return start + size > scrolled + room ? start + size - room : scrolled;
}
