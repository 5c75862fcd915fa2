/**
 * Levers that change some values in one file. An action says which values those are and what they should be; the rest follows here.
 *
 * The way back has three cases. Nobody touched the file since: the copy of it comes back, to the byte. Somebody changed other parts of
 * it: our values come back as they were, and theirs stay. Somebody changed one of our values: it is theirs, and undo is refused with the
 * place of it, unless it is told to win.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Attempt, FirebreakError, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import { copyOf, dropCopy, leaveCopy, readKept, replaceKept, shaOf } from './kept-file.ts';
import { refused } from './outcome.ts';
import { type Exchange, type Reversible, stateChange } from './state-change.ts';
import { type Edit, edited, type Path, parsed, syntaxOf, valueAt } from './text-edits.ts';

/** Nothing of the file's content: hashes only, since it may hold secrets. */
export const fileState = z.object({
  /** SHA-256 of the file; null when there is none. */
  sha: z.string().nullable(),
  /** SHA-256 of each value that the lever changes; null where there is none. */
  values: z.array(z.string().nullable()),
  holds: z.boolean(),
  /** Why it cannot be changed as it is; null where nothing speaks against it. */
  objection: z.string().nullable(),
});
export type FileState = z.infer<typeof fileState>;

/** A path below the folder of a source, as facts have it. */
export const fileParam = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\\]+$/u, 'not one line')
  .refine(
    (file) => file.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'not below the folder',
  );

export interface FileDesk {
  /** The folder that was opened. */
  readonly root: string;
}

interface FileWrite {
  readonly file: string;
  /** The node that it is about. */
  readonly object: string;
  readonly shown?: unknown;
  readonly run: (desk: FileDesk) => Promise<Outcome>;
}

export interface FileChange<P> {
  readonly file: (params: P) => string;
  /** The node that a step is about. */
  readonly object: (params: P) => string;
  /** The values that the lever may change, in the file as it is. */
  readonly places: (value: unknown, params: P) => readonly Path[];
  /** What leads to the wanted state; nothing where it holds. Only at `places`. */
  readonly edits: (value: unknown, params: P) => readonly Edit[];
  /** Why the file must not or cannot be changed. */
  readonly objection?: (value: unknown, params: P) => string | undefined;
  /** The change for people and the ledger: places, and values that are no secrets. */
  readonly shown: (params: P) => unknown;
}

/** @param deskOf the folder that holds the file, proven to be the one that the parameters name. @throws FirebreakError */
export function fileChange<P, S>(
  deskOf: (attempt: Attempt<S>, params: P) => Promise<FileDesk>,
  change: FileChange<P>,
): Reversible<P, FileState, S> & { readonly look: (desk: FileDesk, params: P) => Promise<FileState> } {
  const name = (params: P) => change.file(params);
  const textOf = async (root: string, file: string) => {
    const kept = await readKept(root, file);
    return kept === undefined ? undefined : { ...kept, text: textIn(kept.bytes, file) };
  };

  async function look({ root }: FileDesk, params: P): Promise<FileState> {
    const file = change.file(params);
    const found = await textOf(root, file);
    if (found === undefined) return { sha: null, values: [], holds: false, objection: null };
    const value = parsed(found.text, syntaxOf(file));
    const values = change.places(value, params).map((path) => digest(valueAt(value, path)));
    const objection = change.objection?.(value, params) ?? null;
    const holds = objection === null && change.edits(value, params).length === 0;
    return { sha: found.sha, values, holds, objection };
  }

  /** The edits are found again in the file as it is when they are made: what was previewed is only a fact of before. */
  const forward = (from: FileState, params: P): FileWrite => ({
    file: change.file(params),
    object: change.object(params),
    shown: change.shown(params),
    async run({ root }) {
      const file = change.file(params);
      const found = await textOf(root, file);
      if (found === undefined) return refused('FB-NOT-FOUND', `${file} is no longer there.`);
      if (found.sha !== from.sha) return refused('FB-STEP-CHANGED', `${file} changed since it was read.`, true);
      const wanted = wantedText(found.text, params);
      await leaveCopy(root, file, found);
      return replaceKept(root, file, found.sha, Buffer.from(wanted));
    },
  });

  function wantedText(text: string, params: P): string {
    const syntax = syntaxOf(change.file(params));
    return edited(text, syntax, change.edits(parsed(text, syntax), params));
  }

  const backward = (params: P, before: FileState, force: boolean): FileWrite => ({
    file: change.file(params),
    object: change.object(params),
    async run({ root }) {
      const file = change.file(params);
      const syntax = syntaxOf(file);
      const [now, was] = [await textOf(root, file), await textOf(root, copyOf(file, before.sha ?? ''))];
      if (now === undefined) return refused('FB-UNDO-CHANGED', `${file} was deleted since.`);
      if (was === undefined || was.sha !== before.sha)
        return refused(
          'FB-UNDO-CHANGED',
          `The copy of ${file} as it was is not there any more, or is not what it was.`,
        );
      const ours = wantedText(was.text, params);
      const text = shaOf(ours) === now.sha ? was.text : merged(now.text, was.text, ours);
      if (typeof text !== 'string') return text;
      const outcome = await replaceKept(root, file, now.sha, Buffer.from(text));
      if (outcome.outcome === 'done') await dropCopy(root, file, was.sha);
      return outcome;

      function merged(nowText: string, wasText: string, oursText: string): string | Outcome {
        const [present, first, second] = [nowText, wasText, oursText].map((each) => parsed(each, syntax));
        const edits: Edit[] = [];
        for (const path of change.places(first, params)) {
          const [theirs, old, set] = [valueAt(present, path), valueAt(first, path), valueAt(second, path)];
          if (isDeepStrictEqual(theirs, old)) continue;
          if (!force && !isDeepStrictEqual(theirs, set))
            return refused('FB-UNDO-CHANGED', `${path.join('.')} in ${file} was changed by somebody else since.`);
          edits.push(old === undefined ? { path } : { path, value: old });
        }
        return edited(nowText, syntax, edits);
      }
    },
  });

  const exchange: Exchange<P, S, FileDesk, FileWrite> = {
    desk: deskOf,
    async send(desk, write) {
      try {
        return await write.run(desk);
      } catch (error) {
        // Nothing is written before everything was read: what throws has changed nothing.
        if (error instanceof FirebreakError) return refused(error.code, error.why);
        throw error;
      }
    },
    show: ({ file, object, shown }) => ({ verb: 'patch', object, request: `write ${file}`, body: shown }),
    name,
  };
  return {
    look,
    ...stateChange<P, FileState, S, FileDesk, FileWrite>(exchange, {
      read: look,
      isGone: ({ sha }) => sha === null,
      // Nobody knows whether it is not there or was looked for in the wrong place.
      goneIsWanted: false,
      objection: ({ objection }) => objection ?? undefined,
      wanted: ({ holds }) => holds,
      forward: (from, params) => [forward(from, params)],
      back: (now, params, before, force) =>
        now.sha === null
          ? refused('FB-UNDO-CHANGED', `${change.file(params)} was deleted since.`)
          : [backward(params, before, force)],
      matter: ({ values }) => values,
    }),
  };
}

function digest(value: unknown): string | null {
  return value === undefined ? null : shaOf(JSON.stringify(value));
}

function textIn(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FirebreakError('FB-OBJECT-INVALID', `${file} is not UTF-8.`);
  }
}
