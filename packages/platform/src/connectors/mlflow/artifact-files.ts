/**
 * The files of a model version, fetched through the server that stores them (`mlflow-artifacts:`), to be inspected. What lies elsewhere
 * (an S3 bucket) is not fetched: this session has no right to it. Everything is bounded, and no name leads out of the folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { array, at, field, text } from '../../intake/foreign.ts';
import type { HttpClient } from '../../intake/http.ts';

const mostFiles = 500;
const mostDepth = 8;
const mostFileBytes = 256 * 1024 * 1024;
const mostBytes = 1024 * 1024 * 1024;
const plainName = /^[^/\\\0]{1,255}$/;

export type Fetched = { readonly files: number; readonly bytes: number } | { readonly untold: string };

/** @param storage where the version lies, as the server says. @param folder is filled; it must be empty */
export async function fetchVersion(
  http: HttpClient,
  storage: string,
  folder: string,
  signal: AbortSignal,
): Promise<Fetched> {
  const [, path] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(storage) ?? [];
  if (path === undefined || path.split('/').some((part) => part === '..'))
    return { untold: 'Its files do not lie on the tracking server.' };
  let files = 0;
  let bytes = 0;
  async function walk(below: string, into: string, depth: number): Promise<string | undefined> {
    if (depth > mostDepth) return 'Its folders are nested too deep.';
    const listed = await http.json({ path: '/api/2.0/mlflow-artifacts/artifacts', query: { path: below } }, signal);
    if (!listed.ok) return listed.reason;
    await mkdir(into, { recursive: true });
    for (const entry of array(field(listed.value, 'files'))) {
      const name = text(field(entry, 'path'))?.split('/').at(-1);
      if (name === undefined || !plainName.test(name) || name === '.' || name === '..') return 'A name in it is none.';
      const target = `${below}/${name}`;
      const isFolder = at(entry, 'is_dir') === true;
      files += isFolder ? 0 : 1;
      if (files > mostFiles) return `It has more than ${mostFiles} files.`;
      const problem = isFolder ? await walk(target, join(into, name), depth + 1) : await keep(target, join(into, name));
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  async function keep(from: string, to: string): Promise<string | undefined> {
    const encoded = from.split('/').map(encodeURIComponent).join('/');
    const answer = await http.send(
      { path: `/api/2.0/mlflow-artifacts/artifacts/${encoded}`, headers: { accept: '*/*' }, maxBytes: mostFileBytes },
      signal,
    );
    if (!answer.ok) return answer.reason;
    bytes += answer.body.length;
    if (bytes > mostBytes) return `It has more than ${mostBytes} bytes.`;
    await writeFile(to, answer.body, { flag: 'wx' });
    return undefined;
  }
  const problem = await walk(path.replace(/\/+$/, ''), folder, 0);
  if (problem !== undefined) return { untold: problem };
  return files === 0 ? { untold: 'It has no files.' } : { files, bytes };
}
