/** All snapshotters, discovered: every file of a connector's folder `snapshots/` is one, its default export. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnySnapshotter } from '@firebreak/contract';

const files = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'snapshots')))
  .flatMap(({ name }) =>
    readdirSync(join(import.meta.dirname, name, 'snapshots'))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => `${name}/snapshots/${file}`),
  )
  .sort();

/** In the order of their ids. */
export const snapshotters: readonly AnySnapshotter[] = await Promise.all(
  files.map(
    async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: AnySnapshotter }).default,
  ),
);
