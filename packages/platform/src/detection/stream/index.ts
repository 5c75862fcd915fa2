/** All detectors that look at events as they come, discovered: a folder for each family, and in it every file is a detector. */
import type { StreamDetector } from '@firebreak/contract';
import { discover, ruleFiles } from '../../graph/discover.ts';

/** In the order of the files. */
export const streamDetectors: readonly StreamDetector[] = await discover<StreamDetector>(
  import.meta.url,
  ruleFiles(import.meta.dirname),
);
