/**
 * Answers of the API that somebody saved, at the paths of the API: `repos/acme/models.json`,
 * `repos/acme/models/environments.json`, `orgs/acme/teams.json`. A file holds one answer, or the list of its pages
 * (`gh api --paginate --slurp`).
 */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { field } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { codeOf } from '../../../intake/walk.ts';
import type { Answer, GithubAnswers, Missing } from './answers.ts';

const maxBytes = 64 * 1024 * 1024;

export function openSavedAnswers(folder: string): GithubAnswers {
  async function get(path: string): Promise<Answer> {
    // A query chooses among what the same file holds; the collector filters again.
    const file = `${(path.split('?')[0] ?? path).replace(/^\//, '')}.json`;
    if (file.split('/').includes('..')) return missing(file, 'FB-SOURCE-UNREADABLE', 'It leads out of the folder.');
    try {
      const base = await realpath(folder);
      const real = await realpath(join(base, file));
      if (!real.startsWith(base + sep)) return missing(file, 'FB-SOURCE-UNREADABLE', 'It is a link out of the folder.');
      const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const found = await handle.stat();
        if (!found.isFile() || found.size > maxBytes)
          return missing(file, 'FB-FILE-TOO-LARGE', `It is no regular file of at most ${maxBytes} bytes.`);
        return { ok: true, value: JSON.parse((await handle.readFile()).toString('utf8')) as unknown };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (error instanceof SyntaxError) return missing(file, 'FB-YAML-INVALID', 'It is not JSON.');
      const code = codeOf(error);
      const absent = code === 'ENOENT' || code === 'ENOTDIR';
      return missing(file, 'FB-SOURCE-UNREADABLE', `It cannot be read (${code}).`, absent);
    }
  }
  return {
    address: folder,
    get,
    async list(path, key) {
      const answer = await get(path);
      if (!answer.ok) return { items: [], missing: answer };
      const pages = key !== undefined && Array.isArray(answer.value) ? answer.value : [answer.value];
      const lists = pages.map((page: unknown) => (key === undefined ? page : field(page, key)));
      // Slurped pages of a plain list are a list of lists.
      const items = lists.flat(2);
      return lists.every(Array.isArray)
        ? { items }
        : { items: [], missing: missing(path, 'FB-OBJECT-INVALID', 'A listing is no list.') };
    },
    close: async () => {},
  };
}

function missing(where: string, code: Parameters<typeof gap>[0], reason: string, absent = false): Missing {
  return { ok: false, absent, gap: (kinds) => gap(code, kinds, where, reason) };
}
