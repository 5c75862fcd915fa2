/** Rows of comma-separated values (RFC 4180): quotes, doubled quotes, either line end. One pass. */
export function csvRows(source: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\n') {
      row.push(cell);
      if (row.length > 1 || cell !== '') rows.push(row);
      row = [];
      cell = '';
    } else if (character !== '\r') cell += character;
  }
  row.push(cell);
  if (row.length > 1 || cell !== '') rows.push(row);
  return rows;
}
