import type { Snapshotter } from '@firebreak/contract';
import { filesOf } from '../../../intake/files-of.ts';
import { type DataSession, readable } from '../session.ts';

/** A file or a folder of this machine, as it is. */
export default {
  id: 'data.folder',
  title: 'File or folder',
  kinds: ['Folder', 'File'],
  permissions: ['read the files'],
  takes: () => true,
  async *take({ path }, session, signal) {
    yield* filesOf(await readable(path, session), signal);
  },
} satisfies Snapshotter<DataSession>;
