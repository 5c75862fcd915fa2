/** A table of any length: only the rows in sight are in the page, and screen readers are told how many there are. */
import { IconArrowDown } from '@tabler/icons-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import classes from './long-table.module.css';
import { useRowWindow, useScrollToTop } from './row-window.ts';

export interface Column<Row> {
  readonly title: string;
  /** CSS width; columns without share what is left. */
  readonly width?: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Makes the column one that can be ordered by. */
  readonly compare?: (a: Row, b: Row) => number;
}

interface LongTableProps<Row> {
  /** What the table is, for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly columns: readonly Column<Row>[];
  /** Shown in place of rows. */
  readonly empty: ReactNode;
  /** While a newer answer is on its way. */
  readonly stale?: boolean;
}

const rowHeight = 38;

export function LongTable<Row>({ label, rows, idOf, columns, empty, stale = false }: LongTableProps<Row>) {
  const scroller = useRef<HTMLElement>(null);
  const [order, setOrder] = useState<string | null>(null);
  const compare = columns.find(({ title }) => title === order)?.compare;
  const ordered = useMemo(() => (compare === undefined ? rows : rows.toSorted(compare)), [rows, compare]);
  const { start, end } = useRowWindow(scroller, { height: rowHeight, total: ordered.length });
  useScrollToTop(scroller, ordered);
  return (
    <section
      ref={scroller}
      className={classes.scroll}
      data-stale={stale}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      aria-busy={stale}
    >
      <table
        className={classes.table}
        // What comes below is room and no row: a row that leaves would count as something that jumped.
        style={{ marginBottom: (ordered.length - end) * rowHeight }}
        aria-rowcount={ordered.length + 1}
      >
        <colgroup>
          {columns.map(({ title, width }) => (
            <col key={title} style={width === undefined ? undefined : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                data-numeric={column.numeric}
                aria-sort={column.compare === undefined ? undefined : column.title === order ? 'ascending' : 'none'}
              >
                {column.compare === undefined ? (
                  column.title
                ) : (
                  <button type="button" onClick={() => setOrder(column.title === order ? null : column.title)}>
                    {column.title}
                    <IconArrowDown size={13} aria-hidden data-shown={column.title === order} />
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {start > 0 && (
            <tr aria-hidden style={{ height: start * rowHeight }}>
              <td colSpan={columns.length} />
            </tr>
          )}
          {ordered.slice(start, end).map((row, index) => (
            <tr key={idOf(row)} className={classes.row} aria-rowindex={start + index + 2}>
              {columns.map((column) => (
                <td key={column.title} data-numeric={column.numeric}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </section>
  );
}
