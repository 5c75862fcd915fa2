/** Files of the default branch by the contents API, which carries up to 1 MB of a file in base64. */
import type { FactKind } from '@firebreak/contract';
import type { FolderFiles } from '../../../intake/folder-files.ts';
import { field, text } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import type { GithubAnswers } from './answers.ts';
import { part } from './reading.ts';

const kinds: readonly FactKind[] = ['github.workflow', 'github.action'];

/** @param branch the default one, by which a missing folder is told from files that the token may not read. */
export function apiFiles(
  answers: GithubAnswers,
  base: string,
  branch: string | undefined,
  signal: AbortSignal,
): FolderFiles {
  const address = (path: string) => `${base}/contents/${path.split('/').map(part).join('/')}`;
  const locator = (path: string) => `${answers.address}${address(path)}`;
  return {
    locator,
    async list(folder) {
      const answer = await answers.get(address(folder), signal);
      if (!answer.ok) {
        const root = answer.absent ? await answers.get(`${base}/git/trees/${part(branch ?? 'HEAD')}`, signal) : answer;
        return root.ok ? [] : { gap: root.gap(kinds) };
      }
      if (!Array.isArray(answer.value)) return [];
      // The contents API shows a thousand entries of a folder, and no more.
      return answer.value.flatMap((entry: unknown) =>
        field(entry, 'type') === 'file' ? (text(field(entry, 'name')) ?? []) : [],
      );
    },
    async read(path) {
      const answer = await answers.get(address(path), signal);
      if (!answer.ok) return answer.absent ? undefined : { gap: answer.gap(kinds) };
      if (field(answer.value, 'type') !== 'file') return undefined;
      const content = text(field(answer.value, 'content'));
      if (content === undefined || field(answer.value, 'encoding') !== 'base64')
        return { gap: gap('FB-FILE-TOO-LARGE', kinds, locator(path), 'GitHub does not hand it over in one answer.') };
      return Buffer.from(content, 'base64').toString('utf8');
    },
  };
}
