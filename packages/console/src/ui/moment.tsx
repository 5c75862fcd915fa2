interface MomentProps {
  /** RFC 3339. */
  readonly at: string;
}

const format = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** A moment in the reader's own time; the record's own text is in the title. */
export function Moment({ at }: MomentProps) {
  const time = new Date(at);
  return (
    <time dateTime={at} title={at} style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
      {Number.isNaN(time.getTime()) ? at : format.format(time)}
    </time>
  );
}
