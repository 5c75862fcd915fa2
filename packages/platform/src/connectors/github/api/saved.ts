/**
 * Answers of the API that somebody saved, at the paths of the API: `repos/acme/models.json`,
 * `repos/acme/models/environments.json`, `orgs/acme/teams.json`. A file holds one answer, or the list of its pages
 * (`gh api --paginate --slurp`). An answer to a question with a query may lie apart: `orgs/acme/members.role=admin.json`.
 */
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { field } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { codeOf } from '../../../intake/walk.ts';
import type { Answer, GithubAnswers, Missing } from './answers.ts';

/** Queries of which the whole list would be another answer: every member is no owner. */
const narrows = /^(?:role=admin|affiliation=outside)$/;
const maxBytes = 64 * 1024 * 1024;

export function openSavedAnswers(folder: string): GithubAnswers {
  const namesIn = remembered((path: string) => readdir(join(folder, path)).catch(() => []));

  /** GitHub folds the case of owners and repositories, folders on a disk do not: `repos/Acme/Models` may lie at `repos/acme/models`. */
  async function spellings(file: string): Promise<readonly string[]> {
    const parts = file.split('/');
    let found = [parts[0] ?? ''];
    for (const [depth, part] of parts.entries()) {
      if (depth === 0) continue;
      if (depth > 2) {
        found = found.map((path) => `${path}/${part}`);
        continue;
      }
      const next = await Promise.all(
        found.map(async (path) => {
          const others = (await namesIn(path)).filter((name) => name.toLowerCase() === part.toLowerCase());
          return [part, ...others.filter((name) => name !== part).sort()].map((name) => `${path}/${name}`);
        }),
      );
      found = next.flat();
    }
    return found;
  }

  async function get(path: string): Promise<Answer> {
    const [plain = '', query] = path.replace(/^\//, '').split('?');
    if (query !== undefined) {
      const apart = await stored(`${plain}.${query}.json`);
      if (apart.ok || !apart.absent || narrows.test(query)) return apart;
    }
    // What else a query leaves out does no harm when it is there.
    return stored(`${plain}.json`);
  }

  async function stored(file: string): Promise<Answer> {
    if (file.split('/').includes('..')) return missing(file, 'FB-SOURCE-UNREADABLE', 'It leads out of the folder.');
    let first: Answer | undefined;
    for (const spelled of await spellings(file)) {
      const answer = await readAnswer(folder, spelled);
      if (answer.ok || !answer.absent) return answer;
      first ??= answer;
    }
    return first ?? missing(file, 'FB-SOURCE-UNREADABLE', 'It cannot be read (ENOENT).', true);
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

async function readAnswer(folder: string, file: string): Promise<Answer> {
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

/** The same question is asked once. */
function remembered<T>(ask: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const answer = known.get(path) ?? ask(path);
    known.set(path, answer);
    return answer;
  };
}

function missing(where: string, code: Parameters<typeof gap>[0], reason: string, absent = false): Missing {
  return { ok: false, absent, gap: (kinds) => gap(code, kinds, where, reason) };
}
