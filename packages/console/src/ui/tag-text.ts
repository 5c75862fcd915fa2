/** A stated tag as people write it: its name, and its value where it has one. */
export function tagText([name, value]: readonly [name: string, value: string]): string {
  return value === '' ? name : `${name}=${value}`;
}
