import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AnswerOf } from '../../data/client.ts';
import { nodesQuery } from '../../data/queries.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { shorten, visible } from '../../ui/visible.ts';
import classes from './node-picker.module.css';

type NodeLine = AnswerOf<'nodes'>['nodes'][number];

interface NodePickerProps {
  /** Node ids. */
  readonly value: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

const most = 30;
const noNodes: readonly NodeLine[] = [];

/** Finds nodes of the estate on the server, so that a large estate is no larger here. */
export function NodePicker({ value, onChange }: NodePickerProps) {
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim(), 150);
  const [chosen, setChosen] = useState<ReadonlyMap<string, NodeLine>>(new Map());
  const found = useQuery({ ...nodesQuery(settled, most), placeholderData: keepPreviousData });
  const nodes = found.data?.nodes ?? noNodes;
  const known = new Map([...chosen, ...nodes.map((node): [string, NodeLine] => [node.id, node])]);
  const more = (found.data?.total ?? 0) - nodes.length;

  const choose = (ids: string[]) => {
    setChosen(new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id) as NodeLine]] : []))));
    onChange(ids);
    setSearch('');
  };

  return (
    <>
      <MultiSelect
        label="What is compromised"
        description={
          more > 0
            ? `Showing ${nodes.length} of ${found.data?.total}: type more of the name.`
            : 'Type part of a name, for example of a service account, pod or secret.'
        }
        placeholder={value.length === 0 ? 'Search the estate' : ''}
        data={[...known.values()].map((node) => ({
          value: node.id,
          label: shorten(visible(`${node.kind} ${node.name}`), 60),
        }))}
        value={[...value]}
        onChange={choose}
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        hidePickedOptions
        // The server has already searched; what it found is shown as it is.
        filter={({ options }) =>
          options.filter((option) => 'value' in option && nodes.some((n) => n.id === option.value))
        }
        nothingFoundMessage={found.isFetching ? 'Searching…' : 'No node has this in its name or id.'}
        maxDropdownHeight={300}
        required
        renderOption={({ option }) => {
          const node = known.get(option.value);
          return node === undefined ? option.label : <NodeOption node={node} />;
        }}
      />
      {found.error !== null && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />}
    </>
  );
}

function NodeOption({ node }: { readonly node: NodeLine }) {
  return (
    <div className={classes.option}>
      <span className={classes.kind}>
        <ForeignText text={node.kind} most={32} />
      </span>
      <span className={classes.name}>
        <ForeignText
          text={node.namespace === undefined ? node.name : `${node.namespace}/${node.name}`}
          most={64}
          mono
        />
      </span>
      {node.jewel !== undefined && <Tag tone="jewel">crown jewel</Tag>}
    </div>
  );
}
