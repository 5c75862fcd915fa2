import { factMaker } from '../../intake/parse-fact.ts';

/** A fact of this connector, or the gap that it is not of its shape. */
export const factOf = factMaker('github');
