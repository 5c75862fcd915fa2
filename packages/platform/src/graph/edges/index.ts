/**
 * All edge rules, discovered: every file of this folder that is not this one and not a test is a rule, its default export.
 * Adding a rule is adding a file; its name is its label (`pod-exec.ts` ⇔ `POD_EXEC`), held by a test.
 */
import { readdirSync } from 'node:fs';
import type { EdgeRule } from '@firebreak/contract';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts' && !file.endsWith('.test.ts'))
  .sort();

/** Label by file name. */
export function labelOf(file: string): string {
  return file.replace(/\.ts$/, '').replaceAll('-', '_').toUpperCase();
}

export const edgeRuleFiles: readonly string[] = files;

/** Sorted by file name. */
export const edgeRules: readonly EdgeRule[] = await Promise.all(
  files.map(async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: EdgeRule }).default),
);
