import { githubAccountId } from '@firebreak/contract';
import { array, field, textAt } from '../../../intake/foreign.ts';
import type { Reading } from './reading.ts';

/** Machines of one's own, and whether these are all. @param source `owner/name` or the organization. */
export async function runnersOf(reading: Reading, source: string, path: string): Promise<boolean> {
  const { items, whole } = await reading.list(path, 'runners', ['github.runner']);
  for (const item of items) {
    const data = {
      ...(item as object),
      host: reading.host,
      source: source.toLowerCase(),
      labels: array(field(item, 'labels')).flatMap((label) => textAt(label, 'name') ?? []),
    };
    reading.fact(
      'github.runner',
      githubAccountId('Runner', reading.host, source, String(field(item, 'id'))),
      data,
      path,
    );
  }
  return whole;
}
