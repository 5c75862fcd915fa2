/** All connectors, discovered: every folder here with an `index.ts` is one, its default export. Nobody keeps a list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyConnector } from '@firebreak/contract';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'index.ts')))
  .map(({ name }) => name)
  .sort();

/** In the order of their ids. */
export const connectors: readonly AnyConnector[] = await Promise.all(
  folders.map(
    async (folder) =>
      ((await import(new URL(`${folder}/index.ts`, import.meta.url).href)) as { default: AnyConnector }).default,
  ),
);
