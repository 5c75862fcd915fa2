import { readdirSync } from 'node:fs';
import type { AnyAction } from '@firebreak/contract';
import type { StoresConfig } from '../session.ts';

/**
 * Every action of this folder, in the order of their ids: each file beside this one is one action, named like it, and adding
 * a file adds an action. What several of them share is in the subfolders.
 */
export const actions: readonly AnyAction<StoresConfig>[] = await Promise.all(
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .sort()
    .map(async (file) => (await import(new URL(file, import.meta.url).href)).default),
);
