import { Button, Checkbox, Popover, Select, TextInput } from '@mantine/core';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { shorten, visible } from '../../ui/visible.ts';
import classes from './blast-filters.module.css';
import type { DrawingIndex } from './drawing-index.ts';

/** The shortcut `/` focuses it in either view. */
export const filterInputId = 'blast-search';

interface BlastFiltersProps {
  readonly index: DrawingIndex;
  /** In the drawing a search finds one node, in the table it filters the rows. */
  readonly drawn: boolean;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly onFind: (id: string) => void;
  readonly hidden: ReadonlySet<string>;
  readonly onHide: (classes: ReadonlySet<string>) => void;
}

export function BlastFilters(props: BlastFiltersProps) {
  const { index, drawn, search, onSearch, onFind } = props;
  return (
    <>
      {drawn ? (
        <NodeFinder index={index} onFind={onFind} />
      ) : (
        <TextInput
          id={filterInputId}
          aria-label="Filter by name"
          placeholder="Filter by name"
          size="xs"
          className={classes.search ?? ''}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => onSearch(event.currentTarget.value)}
        />
      )}
      <ClassFilter index={index} hidden={props.hidden} onHide={props.onHide} />
    </>
  );
}

function NodeFinder({ index, onFind }: Pick<BlastFiltersProps, 'index' | 'onFind'>) {
  const [text, setText] = useState('');
  const options = useMemo(
    () =>
      [...index.nodes.values()].map((node) => ({
        value: node.id,
        label: shorten(visible(`${node.kind} ${node.label}`), 70),
      })),
    [index],
  );
  return (
    <Select
      id={filterInputId}
      aria-label="Find a node"
      placeholder="Find a node"
      size="xs"
      className={classes.search ?? ''}
      leftSection={<IconSearch size={14} />}
      data={options}
      limit={30}
      searchable
      searchValue={text}
      onSearchChange={setText}
      value={null}
      onChange={(id) => {
        if (id === null) return;
        setText('');
        onFind(id);
      }}
      nothingFoundMessage="No node in the drawing has this name."
      comboboxProps={{ width: 380, position: 'bottom-start' }}
    />
  );
}

function ClassFilter({ index, hidden, onHide }: Pick<BlastFiltersProps, 'index' | 'hidden' | 'onHide'>) {
  const shown = index.classes.length - hidden.size;
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onHide(next);
  };
  return (
    <Popover position="bottom-start" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconFilter size={14} />}>
          {hidden.size === 0 ? 'All classes' : `${shown} of ${index.classes.length} classes`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.classes}>
          {index.classes.map(({ name, nodes }) => (
            <Checkbox
              key={name}
              size="xs"
              label={
                <>
                  {visible(name)} <span className="fb-quiet">{nodes.toLocaleString()}</span>
                </>
              }
              checked={!hidden.has(name)}
              onChange={() => toggle(name)}
            />
          ))}
          <Button size="compact-xs" variant="subtle" disabled={hidden.size === 0} onClick={() => onHide(new Set())}>
            Show all classes
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
