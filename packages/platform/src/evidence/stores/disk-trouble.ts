import { FirebreakError } from '@firebreak/contract';

const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** An error of the file system as one of the catalogue; what is ours already stays. Reads codes, never texts. */
export function diskTrouble(error: unknown, doing: string): FirebreakError {
  if (error instanceof FirebreakError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return noRoom.has(code)
    ? new FirebreakError('FB-EVIDENCE-FULL', `${doing}: the disk has no room (${code}).`, { cause: error })
    : new FirebreakError('FB-EVIDENCE-STORE', `${doing}: ${code}.`, { cause: error });
}
