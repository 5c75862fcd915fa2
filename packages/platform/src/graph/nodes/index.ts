/**
 * All node rules, discovered: every file of this folder that is not this one and not a test is a rule, its default export.
 */
import { readdirSync } from 'node:fs';
import type { NodeRule } from '@firebreak/contract';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts' && !file.endsWith('.test.ts'))
  .sort();

/** Sorted by file name. */
export const nodeRules: readonly NodeRule[] = await Promise.all(
  files.map(async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: NodeRule }).default),
);
