import type { Section } from '../draft.ts';
import canary from './canary.ts';
import contain from './contain.ts';
import evidence from './evidence.ts';
import rebuild from './rebuild.ts';
import returning from './return.ts';
import rotate from './rotate.ts';
import versions from './versions.ts';

/** In the order of work. */
export const sections: readonly Section[] = [contain, evidence, versions, rotate, rebuild, canary, returning];
