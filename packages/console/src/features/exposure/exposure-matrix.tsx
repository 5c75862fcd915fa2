/**
 * The matrix as one grid to the keyboard: it has a single stop, arrows move between cells, Enter opens one. Only cells in sight
 * are in the page, in both directions; screen readers are told the true numbers of rows and columns. A cell says its impact as
 * a number, so that the heat is never the only sign.
 */
import type { Exposure } from '@firebreak/contract/answers/exposure';
import { type KeyboardEvent, memo, useEffect, useId, useRef, useState } from 'react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { useRowWindow } from '../../ui/row-window.ts';
import { visible } from '../../ui/visible.ts';
import classes from './exposure-matrix.module.css';
import { type Gone, isGone } from './gone.ts';
import { type Cell, cellWidth, headHeight, moved, nameWidth, rowHeight, scrollFor } from './matrix-moves.ts';

interface ExposureMatrixProps {
  readonly exposure: Exposure;
  readonly gone: Gone;
  readonly opened: Cell | null;
  readonly onOpen: (cell: Cell) => void;
}

export function ExposureMatrix({ exposure, gone, opened, onOpen }: ExposureMatrixProps) {
  const { identities, protected: assets } = exposure;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRowWindow(scroller, { height: rowHeight, total: identities.length });
  const columns = useRowWindow(scroller, { height: cellWidth, total: assets.length, across: true });
  const [active, setActive] = useState<Cell>({ identity: 0, asset: 0 });
  const id = useId();

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const to = scrollFor(active, element);
    if (to !== null) element.scrollTo(to);
  }, [active]);

  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (identities[active.identity]?.reaches.includes(active.asset)) onOpen(active);
      return;
    }
    const next = moved(active, event, { identities: identities.length, assets: assets.length });
    if (next === null) return;
    event.preventDefault();
    setActive(next);
  };
  const open = (cell: Cell) => {
    setActive(cell);
    onOpen(cell);
  };

  const shown = assets.slice(columns.start, columns.end);
  const left = columns.start * cellWidth;
  const right = (assets.length - columns.end) * cellWidth;
  return (
    <div ref={scroller} className={classes.scroll}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the ARIA grid pattern; rows and cells follow it
        role="grid"
        className={classes.grid}
        style={{
          width: nameWidth + assets.length * cellWidth,
          marginBottom: (identities.length - rows.end) * rowHeight,
        }}
        aria-label="Exposure of crown jewels to identities"
        aria-rowcount={identities.length + 1}
        aria-colcount={assets.length + 1}
        aria-activedescendant={`${id}-${active.identity}-${active.asset}`}
        tabIndex={0}
        onKeyDown={press}
      >
        <colgroup>
          <col style={{ width: nameWidth }} />
          {left > 0 && <col style={{ width: left }} />}
          {shown.map((asset) => (
            <col key={asset.id} style={{ width: cellWidth }} />
          ))}
          {right > 0 && <col style={{ width: right }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1} style={{ height: headHeight }}>
            <th scope="col" aria-colindex={1} className={classes.corner}>
              Identity <span className="fb-quiet">and its score</span>
            </th>
            {left > 0 && <td aria-hidden />}
            {shown.map((asset, index) => (
              <th key={asset.id} scope="col" aria-colindex={columns.start + index + 2} className={classes.asset}>
                <div
                  title={visible(
                    `${asset.kind} ${asset.name}: impact ${asset.impact.value}, reached by ${asset.reachedBy}`,
                  )}
                >
                  <span className={classes.kind}>
                    <ForeignText text={asset.kind.replace(/\..*/, '')} most={20} />
                  </span>
                  <ForeignText text={asset.name} most={19} />
                </div>
              </th>
            ))}
            {right > 0 && <td aria-hidden />}
          </tr>
        </thead>
        <tbody>
          {rows.start > 0 && <tr aria-hidden style={{ height: rows.start * rowHeight }} />}
          {identities.slice(rows.start, rows.end).map((identity, index) => (
            <Row
              key={identity.id}
              id={id}
              place={rows.start + index}
              identity={identity}
              assets={assets}
              start={columns.start}
              end={columns.end}
              gone={gone}
              active={active.identity === rows.start + index ? active.asset : -1}
              opened={opened?.identity === rows.start + index ? opened.asset : -1}
              onOpen={open}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly place: number;
  readonly identity: Exposure['identities'][number];
  readonly assets: Exposure['protected'];
  readonly start: number;
  readonly end: number;
  readonly gone: Gone;
  /** Columns, or -1. */
  readonly active: number;
  readonly opened: number;
  readonly onOpen: (cell: Cell) => void;
}

const Row = memo(function Row({ id, place, identity, assets, start, end, gone, active, opened, onOpen }: RowProps) {
  const reached = new Set(identity.reaches);
  const lost = gone.get(identity.id)?.score ?? 0;
  return (
    <tr aria-rowindex={place + 2} style={{ height: rowHeight }}>
      <th scope="row" aria-colindex={1} className={classes.identity}>
        <div>
          <span className={classes.name}>
            <NodeName node={identity} most={30} />
          </span>
          <span className={classes.score}>
            {lost === 0 ? (
              identity.score.toLocaleString()
            ) : (
              <>
                <s>{identity.score.toLocaleString()}</s> {(identity.score - lost).toLocaleString()}
              </>
            )}
          </span>
        </div>
      </th>
      {start > 0 && <td aria-hidden />}
      {assets.slice(start, end).map((asset, index) => {
        const column = start + index;
        const isReached = reached.has(column);
        const taken = isReached && isGone(gone, identity.id, asset.id);
        return (
          // The grid has the keyboard; a press with the mouse is the same as Enter.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <td
            key={asset.id}
            id={`${id}-${place}-${column}`}
            aria-colindex={column + 2}
            aria-label={
              isReached
                ? `${identity.name} ${taken ? 'would no longer reach' : 'reaches'} ${asset.name}, impact ${asset.impact.value}`
                : `${identity.name} does not reach ${asset.name}`
            }
            className={classes.cell}
            data-heat={isReached && !taken ? Math.min(5, Math.max(1, Math.ceil(asset.impact.value / 2))) : undefined}
            data-gone={taken}
            data-active={active === column}
            data-opened={opened === column}
            onClick={isReached ? () => onOpen({ identity: place, asset: column }) : undefined}
          >
            {isReached ? asset.impact.value : ''}
          </td>
        );
      })}
      {end < assets.length && <td aria-hidden />}
    </tr>
  );
});
