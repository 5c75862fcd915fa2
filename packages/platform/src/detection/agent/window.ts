/** What happened of late: entries of the last so many milliseconds, at most so many, the newest kept. Late ones are put in order. */
export interface Timed {
  readonly time: number;
}

export function addTimed<Entry extends Timed>(window: Entry[], entry: Entry, span: number, most: number): void {
  let place = window.length;
  while (place > 0 && (window[place - 1] as Entry).time > entry.time) place -= 1;
  window.splice(place, 0, entry);
  const newest = (window.at(-1) as Entry).time;
  const from = window.findIndex(({ time }) => time > newest - span);
  window.splice(0, Math.max(from, window.length - most));
}
