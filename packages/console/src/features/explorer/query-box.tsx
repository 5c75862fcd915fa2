import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { visible } from '../../ui/visible.ts';
import classes from './query-box.module.css';
import type { QueryFault } from './query-fault.ts';

/** The shortcut `/` focuses it. */
export const queryInputId = 'estate-query';

interface QueryBoxProps {
  readonly text: string;
  /** Called when nobody types for a moment, or at Enter. */
  readonly onText: (text: string) => void;
  readonly fault: QueryFault | null;
  /** For another search than that of the estate. */
  readonly label?: string;
  readonly placeholder?: string;
  readonly examples?: readonly string[];
}

const placeholderOfEstate = 'Part of a name, or a query such as class = model and reached-by(class = identity)';
const examplesOfEstate = [
  'jewel',
  'class = identity and idle > 90d',
  'reaches(jewel) within 3 steps',
  'class = model and not owner',
];

/** The search box. Below it one line is always kept: what is wrong and where, or examples to begin with. */
export function QueryBox({ text, onText, fault, label, placeholder, examples = examplesOfEstate }: QueryBoxProps) {
  const [typed, setTyped] = useState(text);
  const sent = useRef(text);
  const hint = useId();
  const sendLater = useDebouncedCallback((value: string) => send(value), 250);
  const send = (value: string) => {
    // What was typed before Enter is not sent once more: by then somebody may be on another page.
    sendLater.cancel();
    sent.current = value;
    onText(value);
  };
  // The address changed by other means: a facet's link, or the way back.
  useEffect(() => {
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);
  const type = (value: string) => {
    setTyped(value);
    sendLater(value);
  };
  const isFaulty = fault !== null && typed === text;
  return (
    <search className={classes.box}>
      <TextInput
        id={queryInputId}
        aria-label={label ?? 'Search the estate'}
        aria-describedby={hint}
        aria-invalid={isFaulty}
        placeholder={placeholder ?? placeholderOfEstate}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') send(typed);
        }}
        maxLength={8000}
        spellCheck={false}
        autoComplete="off"
      />
      <div id={hint} className={classes.line} data-faulty={isFaulty} role="status">
        {isFaulty ? (
          <Fault fault={fault} text={text} />
        ) : (
          <>
            <span>Try</span>
            {examples.map((example) => (
              <button
                key={example}
                type="button"
                onClick={() => {
                  setTyped(example);
                  send(example);
                }}
              >
                {example}
              </button>
            ))}
          </>
        )}
      </div>
    </search>
  );
}

const around = 24;

/** The place in the text with a mark under what begins there, and what was expected. */
function Fault({ fault: { why, at }, text }: { readonly fault: QueryFault; readonly text: string }) {
  return (
    <>
      {at !== null && (
        <code className={classes.place}>
          {visible(`${at > around ? '…' : ''}${text.slice(Math.max(0, at - around), at)}`)}
          <mark>{at < text.length ? visible(/^\S+|./su.exec(text.slice(at, at + around))?.[0] ?? '') : '▯'}</mark>
        </code>
      )}
      <ForeignText text={why} most={220} />
    </>
  );
}
