/** One file, one rule: the folders say which rules there are, and nobody keeps a list. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `<system>/<rule>.ts`, sorted; tests and deeper folders are none. */
export function ruleFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
}

/** The default exports of the files, in their order. */
export function discover<T>(base: string, files: readonly string[]): Promise<readonly T[]> {
  return Promise.all(files.map(async (file) => ((await import(new URL(file, base).href)) as { default: T }).default));
}
