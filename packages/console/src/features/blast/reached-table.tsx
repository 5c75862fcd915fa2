import { Pagination } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useState } from 'react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { arrange, type ReachedRow, type RowOrder } from './reached-rows.ts';
import classes from './reached-table.module.css';
import { RoleTag } from './role-tag.tsx';

interface ReachedTableProps {
  readonly rows: readonly ReachedRow[];
  readonly search: string;
  readonly hidden: ReadonlySet<string>;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

const perPage = 100;
const columns: readonly { readonly order: RowOrder; readonly title: string }[] = [
  { order: 'role', title: 'Role' },
  { order: 'hops', title: 'Steps away' },
  { order: 'kind', title: 'Kind' },
  { order: 'name', title: 'Name' },
  { order: 'assetClass', title: 'Class' },
];

/** Everything the drawing shows, for keyboards, screen readers and browsers without WebGL. */
export function ReachedTable({ rows, search, hidden, selected, onSelect }: ReachedTableProps) {
  const [order, setOrder] = useState<RowOrder>('role');
  const [page, setPage] = useState(1);
  const arranged = arrange(rows, search, hidden, order);
  const pages = Math.max(1, Math.ceil(arranged.length / perPage));
  const shown = Math.min(page, pages);
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Reached nodes">
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.order} scope="col" aria-sort={column.order === order ? 'ascending' : 'none'}>
                  <button type="button" onClick={() => setOrder(column.order)}>
                    {column.title}
                    {column.order === order && <IconArrowDown size={13} aria-hidden />}
                  </button>
                </th>
              ))}
              <th scope="col">Why it matters</th>
            </tr>
          </thead>
          <tbody>
            {arranged.slice((shown - 1) * perPage, shown * perPage).map((row) => (
              <tr key={row.id} data-selected={row.id === selected}>
                <td>
                  <RoleTag role={row.role} />
                </td>
                <td className={classes.number}>{row.hops}</td>
                <td className={classes.short}>
                  <ForeignText text={row.kind} most={34} />
                </td>
                <td>
                  <button type="button" className={classes.name} onClick={() => onSelect(row.id)}>
                    <ForeignText
                      text={row.namespace === '' ? row.name : `${row.namespace}/${row.name}`}
                      most={72}
                      mono
                    />
                  </button>
                </td>
                <td className={classes.short}>
                  <ForeignText text={row.assetClass} most={24} />
                </td>
                <td>{row.jewel !== undefined && <ForeignText text={row.jewel} most={120} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <footer className={classes.foot}>
        <span role="status">
          {arranged.length === rows.length
            ? `${rows.length} nodes reached`
            : `${arranged.length} of ${rows.length} nodes reached`}
        </span>
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={shown}
            onChange={setPage}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
            getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
          />
        )}
      </footer>
    </div>
  );
}
