/**
 * Works on several things at the same time and hands the results out in the order of the things, so that two readings of one
 * system say the same. Whoever stops listening early leaves nothing behind that rejects unheard.
 */
export async function* inOrder<T, R>(
  things: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (thing: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const thing of things) {
    const begun = work(thing);
    begun.catch(() => undefined);
    running.push(begun);
    const first = running.length >= width ? running.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of running) yield await rest;
}
