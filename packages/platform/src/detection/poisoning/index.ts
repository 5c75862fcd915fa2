/** All checks of training data, discovered: every file in `checks/` is one. */
import { readdirSync } from 'node:fs';
import { discover } from '../../graph/discover.ts';
import type { DataCheck } from './check.ts';

const files = readdirSync(`${import.meta.dirname}/checks`)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort()
  .map((file) => `checks/${file}`);

export const dataChecks: readonly DataCheck[] = await discover<DataCheck>(import.meta.url, files);
