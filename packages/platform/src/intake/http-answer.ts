/** Parts of an answer, read with bounds. */

/** A header by its lower-case name; one that was sent several times is joined. */
export function headerOf(headers: Readonly<Record<string, string | string[] | undefined>>) {
  return (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}

/** Undefined when there are more than `max` bytes: then the rest is not waited for. */
export async function bytesUpTo(
  max: number,
  body: AsyncIterable<Buffer> & { destroy(): unknown },
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > max) {
      body.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
