/** All connectors, discovered: every folder here is one, the default export of its `index.ts`. Nobody keeps a list. */
import { readdirSync } from 'node:fs';
import type { AnyConnector } from '@firebreak/contract';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** In the order of their ids. */
export const connectors: readonly AnyConnector[] = await Promise.all(
  folders.map(
    async (folder) =>
      ((await import(new URL(`${folder}/index.ts`, import.meta.url).href)) as { default: AnyConnector }).default,
  ),
);
