/** Paths of fields as people write them: `request.headers.*`. Lists on the way are looked into, so that they have no place in it. */
export type PathTest = (path: readonly string[]) => boolean;

/** @returns whether a path is one of these; in a path that is tested the places in lists are empty names */
export function pathTest(paths: readonly string[]): PathTest {
  if (paths.length === 0) return () => false;
  const wanted = paths.map((path) => path.split('.'));
  return (path) => {
    // The place in a list is the list's: it was asked about already.
    if (path.length === 0 || path.at(-1) === '') return false;
    return wanted.some((names) => fits(names, path));
  };
}

function fits(names: readonly string[], path: readonly string[]): boolean {
  let at = 0;
  for (const name of path) {
    if (name === '') continue;
    const want = names[at];
    if (want === undefined || (want !== '*' && want !== name)) return false;
    at += 1;
  }
  return at === names.length;
}
