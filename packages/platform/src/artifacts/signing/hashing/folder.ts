/**
 * The files of a model as they lie there, before anything is hashed. A folder from a stranger holds links that lead out of it,
 * pipes that never end and names that are no text: none of them is opened. Every file comes with what identifies it, so that what
 * is opened later can be told to be the file that was listed, and a second listing can tell that nothing was exchanged meanwhile.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, opendir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { printable } from '../../../intake/foreign.ts';
import { codeOf } from '../../../intake/walk.ts';
import type { Refusal } from '../bundle/refusal.ts';
import { isPlainPath } from '../resource-name.ts';

const mostFiles = 1_000_000;
const mostDepth = 64;

export interface FoundFile {
  /** Below the model with `/`; `.` for a model that is one file. */
  readonly path: string;
  /** What to open; never through a link in its last part. */
  readonly at: string;
  /** Bytes. */
  readonly size: number;
  /** Device, number, size and times: another file, or a changed one, has another. */
  readonly identity: string;
}

export interface Listing {
  readonly files: readonly FoundFile[];
  readonly refusals: readonly Refusal[];
  /** Whether everything that lies there was seen. */
  readonly complete: boolean;
  /** Of the paths to leave out, those that are there. */
  readonly ignored: readonly string[];
}

export interface ListingOptions {
  readonly allowSymlinks: boolean;
  /** Plain paths below the model. */
  readonly ignorePaths: readonly string[];
}

/** All files of a model, in no particular order. Never throws for what lies there. */
export async function listModel(model: string, options: ListingOptions): Promise<Listing> {
  const lister = new Lister(options);
  try {
    await lister.root(model);
  } catch (error) {
    lister.complete = false;
    lister.refusals.push({ code: 'FB-SIGNATURE-UNREADABLE', why: `The model cannot be listed (${codeOf(error)}).` });
  }
  return lister;
}

export function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

class Lister implements Listing {
  complete = true;
  readonly files: FoundFile[] = [];
  readonly refusals: Refusal[] = [];
  readonly ignored: string[] = [];
  readonly #allowSymlinks: boolean;
  readonly #ignorePaths: ReadonlySet<string>;
  #top = '';

  constructor({ allowSymlinks, ignorePaths }: ListingOptions) {
    this.#allowSymlinks = allowSymlinks;
    this.#ignorePaths = new Set(ignorePaths);
  }

  async root(model: string): Promise<void> {
    const stats = await lstat(model, { bigint: true });
    if (stats.isSymbolicLink() && !this.#allowSymlinks) {
      this.#refuse('The model is a symbolic link.');
      return;
    }
    this.#top = await realpath(model);
    const real = await lstat(this.#top, { bigint: true });
    if (real.isDirectory()) await this.#folders();
    else if (real.isFile()) this.#file('.', this.#top, real);
    else this.#refuse('The model is neither a file nor a folder.');
  }

  async #folders(): Promise<void> {
    const open: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for await (const { name } of await opendir(join(this.#top, folder.path))) {
        const path = folder.path === '' ? name : `${folder.path}/${name}`;
        if (this.#ignorePaths.has(path)) {
          this.ignored.push(path);
          continue;
        }
        if (this.files.length >= mostFiles || folder.depth >= mostDepth) {
          this.complete = false;
          this.refusals.push({
            code: 'FB-SIGNATURE-BOUND',
            why: 'The model has more files, or deeper folders, than are judged.',
          });
          return;
        }
        if (await this.#entry(path)) open.push({ path, depth: folder.depth + 1 });
      }
    }
  }

  /** @returns whether it is a folder to look into. */
  async #entry(path: string): Promise<boolean> {
    // U+FFFD stands for bytes that are no UTF-8: such a file could not be opened by this name.
    if (path.includes('\ufffd') || !isPlainPath(path)) {
      this.#refuse(`The name ${printable(path)} cannot be signed.`);
      return false;
    }
    const at = join(this.#top, path);
    const stats = await lstat(at, { bigint: true });
    if (stats.isDirectory()) return true;
    if (stats.isFile()) this.#file(path, at, stats);
    else if (stats.isSymbolicLink()) await this.#link(path, at);
    else this.#refuse(`${printable(path)} is a device, a pipe or a socket.`);
    return false;
  }

  /** A link counts as the file that it leads to, if that lies in the model and the signer allowed links. */
  async #link(path: string, at: string): Promise<void> {
    if (!this.#allowSymlinks) {
      this.#refuse(`${printable(path)} is a symbolic link.`);
      return;
    }
    const target = await realpath(at).catch(() => undefined);
    if (target === undefined || !target.startsWith(`${this.#top}${sep}`)) {
      this.#refuse(`The link ${printable(path)} leads out of the model, or nowhere.`);
      return;
    }
    const stats = await lstat(target, { bigint: true });
    // A folder that lies in the model is listed there; its second name adds nothing.
    if (stats.isDirectory()) return;
    if (stats.isFile()) this.#file(path, target, stats);
    else this.#refuse(`The link ${printable(path)} leads to a device, a pipe or a socket.`);
  }

  #file(path: string, at: string, stats: BigIntStats): void {
    this.files.push({ path, at, size: Number(stats.size), identity: identityOf(stats) });
  }

  #refuse(why: string): void {
    this.refusals.push({ code: 'FB-SIGNATURE-LINK', why });
  }
}
