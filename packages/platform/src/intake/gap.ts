import { catalogue, type ErrorCode, type Gap } from '@firebreak/contract';
import { printable } from './foreign.ts';

/** What could not be read, in the words of the error catalogue; foreign text in it is made fit for a sentence. */
export function gap(code: ErrorCode, kinds: readonly string[], where: string, reason: string): Gap {
  return {
    kinds: [...kinds],
    where: printable(where),
    code,
    reason: printable(reason, 400),
    next: catalogue[code].next,
  };
}
