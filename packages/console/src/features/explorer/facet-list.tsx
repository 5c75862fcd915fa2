import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { type FacetName, facetNames, tagOf, unstated } from '../../data/query-text.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { tagText } from '../../ui/tag-text.ts';
import type { ExplorerSearch } from './explorer-search.ts';
import type { FacetValue } from './facet-counts.ts';
import classes from './facet-list.module.css';

interface FacetListProps {
  readonly search: ExplorerSearch;
  readonly counts: Readonly<Record<FacetName, readonly FacetValue[]>>;
  readonly onToggle: (name: FacetName, value: string) => void;
}

/** What the found nodes have in common, to narrow the search by. */
export function FacetList({ search, counts, onToggle }: FacetListProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <aside className={classes.facets} aria-label="Narrow by" tabIndex={0}>
      {facetNames.map((name) => (
        <Facet
          key={name}
          name={name}
          values={withChosen(counts[name], search[name] ?? [])}
          chosen={search[name] ?? []}
          onToggle={(value) => onToggle(name, value)}
        />
      ))}
    </aside>
  );
}

const fewValues = 6;

interface FacetProps {
  readonly name: FacetName;
  readonly values: readonly FacetValue[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}

function Facet({ name, values, chosen, onToggle }: FacetProps) {
  const [all, setAll] = useState(false);
  const shown = all ? values.slice(0, 200) : values.slice(0, Math.max(fewValues, chosen.length));
  return (
    <fieldset className={classes.facet}>
      <legend>{name}</legend>
      {values.length === 0 && <span className="fb-quiet">none</span>}
      {shown.map(({ value, nodes }) => (
        <Checkbox
          key={value}
          size="xs"
          checked={chosen.includes(value)}
          onChange={() => onToggle(value)}
          label={
            <span className={classes.value}>
              {value === unstated ? <em>not stated</em> : <ForeignText text={textOf(name, value)} most={26} />}
              <span className={classes.nodes}>{nodes.toLocaleString()}</span>
            </span>
          }
        />
      ))}
      {values.length > fewValues && (
        <button type="button" className={classes.more} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${values.length - fewValues} more`}
          <span className={classes.of}> of {name}</span>
        </button>
      )}
    </fieldset>
  );
}

/** A facet's value as people say it. */
function textOf(name: FacetName, value: string): string {
  const tag = name === 'tag' ? tagOf(value) : undefined;
  return tag === undefined ? value : tagText(tag);
}

/** Chosen values come first and stay, whatever was found. */
function withChosen(values: readonly FacetValue[], chosen: readonly string[]): readonly FacetValue[] {
  if (chosen.length === 0) return values;
  return [
    ...chosen.map((value) => values.find((known) => known.value === value) ?? { value, nodes: 0 }),
    ...values.filter(({ value }) => !chosen.includes(value)),
  ];
}
