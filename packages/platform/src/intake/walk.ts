/**
 * The files below a folder that a connector wants, manifests by default, in the order of their paths. Never leaves the
 * folder: a symbolic link that points out of it is reported, one that points inside is passed over because its target is
 * read at its own place.
 */
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Gap } from '@firebreak/contract';
import { gap } from './gap.ts';

export interface WalkLimits {
  readonly maxDepth: number;
  readonly maxFiles: number;
  /** Files that are wanted, by their path below the root; what is not is passed over in silence. Manifests when absent. */
  readonly wanted?: (path: string) => boolean;
  /** Folders and files that begin with a dot and are looked at all the same, by their own name. */
  readonly hidden?: (name: string) => boolean;
}
export type Found = { readonly file: string; readonly name: string } | { readonly gap: Gap };

const manifest = /\.(ya?ml|json)$/i;

export async function* walk(root: string, limits: WalkLimits, signal: AbortSignal): AsyncGenerator<Found> {
  const base = await realpath(root);
  const others = new Map<string, number>();
  let files = 0;
  const isWanted = limits.wanted ?? ((name: string) => manifest.test(name));
  /** Other people's code, version control and editors: what begins with a dot, and installed packages. */
  const passedOver = (name: string) =>
    (name.startsWith('.') && limits.hidden?.(name) !== true) || name === 'node_modules';

  async function* folder(path: string, depth: number): AsyncGenerator<Found> {
    const where = relative(base, path) || '.';
    if (depth > limits.maxDepth) {
      yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], where, `Folders nest deeper than ${limits.maxDepth}.`) };
      return;
    }
    const entries = [];
    try {
      for await (const entry of await opendir(path)) entries.push(entry);
    } catch (error) {
      yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], where, `The folder cannot be read (${codeOf(error)}).`) };
      return;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      signal.throwIfAborted();
      const full = join(path, entry.name);
      const name = relative(base, full);
      if (passedOver(entry.name)) continue;
      if (entry.isDirectory()) yield* folder(full, depth + 1);
      else if (entry.isSymbolicLink()) {
        const problem = await leaves(full);
        if (problem !== undefined) yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], name, problem) };
      } else if (!isWanted(name)) {
        if (limits.wanted !== undefined) continue;
        const extension = /\.[^.]+$/.exec(entry.name)?.[0] ?? '(none)';
        others.set(extension, (others.get(extension) ?? 0) + 1);
      } else if (!entry.isFile()) {
        yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], name, 'It is not a regular file.') };
      } else {
        files += 1;
        if (files > limits.maxFiles) return;
        yield { file: full, name };
      }
    }
  }
  /** Why a link is a loss, or undefined when its target is read anyway. */
  async function leaves(link: string): Promise<string | undefined> {
    try {
      const target = await realpath(link);
      const inside = target === base || target.startsWith(base + sep);
      const isManifest = (await stat(link)).isDirectory() || isWanted(link);
      return inside || !isManifest ? undefined : 'It is a link out of the folder, and is not followed.';
    } catch (error) {
      return `The link cannot be followed (${codeOf(error)}).`;
    }
  }

  yield* folder(base, 0);
  if (files > limits.maxFiles)
    yield {
      gap: gap(
        'FB-SOURCE-UNREADABLE',
        ['*'],
        '.',
        `There are more than ${limits.maxFiles} files; the rest was not read.`,
      ),
    };
  if (others.size > 0) {
    const list = [...others].sort(([a], [b]) => (a < b ? -1 : 1)).map(([extension, count]) => `${extension} ${count}`);
    yield { gap: gap('FB-FILE-SKIPPED', [], '.', `Files that are no manifests by their name: ${list.join(', ')}.`) };
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
