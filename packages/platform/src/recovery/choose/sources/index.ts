import { readdirSync } from 'node:fs';
import type { VersionSource } from './source.ts';

/** Every file of this folder but the contract: whoever knows the versions of one more kind of thing is one more file. */
export const versionSources: readonly VersionSource[] = await Promise.all(
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !['index.ts', 'source.ts'].includes(file))
    .sort()
    .map(async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: VersionSource }).default),
);
