/** All node rules, discovered: a folder for each system, and in it every file that is not a test is a rule, its default export. */
import type { NodeRule } from '@firebreak/contract';
import { discover, ruleFiles } from '../discover.ts';

/** In the order of the files. */
export const nodeRules: readonly NodeRule[] = await discover<NodeRule>(import.meta.url, ruleFiles(import.meta.dirname));
