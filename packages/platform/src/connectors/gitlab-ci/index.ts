/**
 * GitLab CI from files: `gitlab-ci:<folder>` reads `.gitlab-ci.yml` of a checkout and the files of the same repository that it
 * includes. Values of variables stay where they are; what is included from elsewhere (projects, templates, components, URLs) is
 * a gap.
 */
import { stat } from 'node:fs/promises';
import { type Collected, type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import { collectFolder } from './collect.ts';

const config = z.object({
  /** Folder of a checkout. */
  from: z.string().min(1).max(4096),
});
type GitlabCiConfig = z.output<typeof config>;

interface GitlabCiSession {
  readonly address: string;
  readonly collect: (signal: AbortSignal) => AsyncIterable<Collected>;
}

const gitlabCi: Connector<GitlabCiConfig, GitlabCiSession> = {
  id: 'gitlab-ci',
  title: 'GitLab CI',
  config,
  permissions: () => '# Reads a checkout on disk: no account and no permission on GitLab is needed.\n',
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'gitlab-ci: needs the folder of a checkout.');
    return config.parse({ from: spec });
  },
  connect: async ({ from }) => {
    const found = await stat(from).catch(() => undefined);
    if (found?.isDirectory() !== true)
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(from)} is no folder that can be read.`);
    return { address: from, collect: (signal) => collectFolder(from, signal) };
  },
  close: async () => {},
  collect: (session, signal) => session.collect(signal),
  address: (session) => session.address,
  actions: [],
};

export default gitlabCi;
