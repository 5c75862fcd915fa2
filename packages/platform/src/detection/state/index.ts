/** All detectors of state, discovered: a folder for each system, and in it every file with a default export is a detector. */
import type { StateDetector } from '@firebreak/contract';
import { discover, ruleFiles } from '../../graph/discover.ts';

/** `<system>/<detector>.ts`. */
export const detectorFiles: readonly string[] = ruleFiles(import.meta.dirname);

/** In the order of the files. */
export const stateDetectors: readonly StateDetector[] = await discover<StateDetector>(import.meta.url, detectorFiles);
