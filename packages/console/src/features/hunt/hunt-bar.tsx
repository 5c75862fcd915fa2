/** What narrows a hunt besides its words: a time, and which fields are shown as columns; and ways to hand on what it found. */
import { Button, Group, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { wholeHunt } from '../../data/detection-queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { asCsv, asJsonLines } from './hunt-export.ts';
import classes from './hunt-page.module.css';
import { columnTitles, type HuntQuestion, huntAsked } from './hunt-search.ts';

/** A page of a browser holds them with ease; for more there is the command line. */
const mostExported = 10_000;

interface HuntBarProps {
  readonly question: HuntQuestion;
  readonly onQuestion: (change: HuntQuestion) => void;
  /** Whether anything was found that could be handed on. */
  readonly found: boolean;
}

export function HuntBar({ question, onQuestion, found }: HuntBarProps) {
  const { since = '', until = '', columns = '' } = question;
  const download = useMutation({
    mutationFn: async (as: 'csv' | 'jsonl') => {
      const { events, more } = await wholeHunt(huntAsked(question), mostExported);
      const titles = columnTitles(columns);
      const text = as === 'csv' ? asCsv(events, titles) : asJsonLines(events, titles);
      save(`hunt.${as}`, as === 'csv' ? 'text/csv' : 'application/jsonl', text);
      return more;
    },
  });
  return (
    <>
      <Group className={classes.bar} gap="sm" align="end">
        <TextInput
          type="datetime-local"
          label="Since (UTC)"
          value={since}
          max={until}
          onChange={({ currentTarget: { value } }) => onQuestion({ since: value })}
        />
        <TextInput
          type="datetime-local"
          label="Until (UTC)"
          value={until}
          min={since}
          onChange={({ currentTarget: { value } }) => onQuestion({ until: value })}
        />
        <ColumnsInput columns={columns} onColumns={(value) => onQuestion({ columns: value })} />
        <CopyButton label="Copy the address" text={() => window.location.href} />
        {(['csv', 'jsonl'] as const).map((as) => (
          <Button
            key={as}
            size="compact-sm"
            variant="subtle"
            leftSection={<IconDownload size={14} />}
            disabled={!found}
            loading={download.isPending && download.variables === as}
            onClick={() => download.mutate(as)}
          >
            {as === 'csv' ? 'CSV' : 'JSON lines'}
          </Button>
        ))}
      </Group>
      {download.error !== null && <ProblemNotice error={download.error} />}
      {download.data === true && (
        <p className="fb-quiet" role="status">
          There are more: the file has the {mostExported.toLocaleString()} that came in last. Ask for a shorter time, or
          use `firebreak hunt --json`.
        </p>
      )}
    </>
  );
}

interface ColumnsInputProps {
  readonly columns: string;
  readonly onColumns: (columns: string) => void;
}

/** Asked for when it is whole: each letter would be another question. */
function ColumnsInput({ columns, onColumns }: ColumnsInputProps) {
  const [typed, setTyped] = useState(columns);
  useEffect(() => setTyped(columns), [columns]);
  const done = () => {
    if (typed !== columns) onColumns(typed);
  };
  return (
    <TextInput
      className={classes.columns}
      label="Fields as columns"
      placeholder="address, raw.user.username"
      value={typed}
      onChange={({ currentTarget: { value } }) => setTyped(value)}
      onBlur={done}
      onKeyDown={({ key }) => {
        if (key === 'Enter') done();
      }}
    />
  );
}

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
