import classes from './json-record.module.css';
import { visible } from './visible.ts';

interface JsonRecordProps {
  readonly value: unknown;
  /** Behind a disclosure of this name, open from the start when absent. */
  readonly label?: string;
}

/** Data as indented JSON, always as text. */
export function JsonRecord({ value, label }: JsonRecordProps) {
  // Indented by the printer, so line feeds of the document stay and those inside of values were escaped by JSON.
  const text = JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => visible(line))
    .join('\n');
  const block = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <pre className={classes.record} tabIndex={0}>
      {text}
    </pre>
  );
  if (label === undefined) return block;
  return (
    <details className={classes.disclosure}>
      <summary>{label}</summary>
      {block}
    </details>
  );
}
