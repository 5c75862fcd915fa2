import classes from './foreign-text.module.css';
import { pieces, shorten, visible } from './visible.ts';

interface ForeignTextProps {
  readonly text: string;
  /** Shortened in the middle beyond this many characters; the whole text is in the title and for screen readers. */
  readonly most?: number;
  /** Monospace, for ids, requests and digests. */
  readonly mono?: boolean;
}

/** Text that came from the estate: nothing invisible stays invisible, and it may break anywhere. */
export function ForeignText({ text, most, mono = false }: ForeignTextProps) {
  const short = most === undefined ? text : shorten(text, most);
  return (
    <span
      className={mono ? `${classes.text} ${classes.mono}` : classes.text}
      title={short === text ? undefined : visible(text)}
    >
      {pieces(short).map((piece, index) =>
        piece.deceiving ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
          <span key={index} className={classes.deceiving} title="A character that cannot be seen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </span>
  );
}
