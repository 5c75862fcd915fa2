/** A detector is asked of the formats that it says it looks at, and of no others. */
export function byFormat<T>(
  all: readonly T[],
  needs: (each: T) => readonly string[],
): (format: string) => readonly T[] {
  const known = new Map<string, readonly T[]>();
  return (format) => {
    const looking = known.get(format) ?? all.filter((each) => needs(each).includes(format));
    known.set(format, looking);
    return looking;
  };
}
