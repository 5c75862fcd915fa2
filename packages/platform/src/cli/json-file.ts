import { readFile } from 'node:fs/promises';
import type { z } from 'zod';

/** What a small JSON file holds; undefined when it is not there, or half written by somebody who crashed. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
