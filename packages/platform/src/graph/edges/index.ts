/**
 * All edge rules, discovered: a folder for each system, and in it every file that is not a test is a rule, its default
 * export. Adding a rule is adding a file; its name is its label (`pod-exec.ts` ⇔ `POD_EXEC`), held by a test.
 */
import type { EdgeRule } from '@firebreak/contract';
import { discover, ruleFiles } from '../discover.ts';

/** Label by file. */
export function labelOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ts$/, '').replaceAll('-', '_').toUpperCase();
}

/** `<system>/<rule>.ts`. */
export const edgeRuleFiles: readonly string[] = ruleFiles(import.meta.dirname);

/** In the order of the files. */
export const edgeRules: readonly EdgeRule[] = await discover<EdgeRule>(import.meta.url, edgeRuleFiles);
