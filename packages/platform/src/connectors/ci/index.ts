/**
 * Pipelines of other systems from a checkout: `ci:<folder>` reads Jenkinsfiles, CircleCI, Azure Pipelines and Tekton files where
 * those systems look for them. Of each it takes what the format says plainly: triggers, machines, images, names of credentials.
 * What a pipeline takes from elsewhere (libraries, orbs, templates) is a gap.
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
type CiConfig = z.output<typeof config>;

interface CiSession {
  readonly address: string;
  readonly collect: (signal: AbortSignal) => AsyncIterable<Collected>;
}

const ci: Connector<CiConfig, CiSession> = {
  id: 'ci',
  title: 'Pipeline files',
  config,
  permissions: () => '# Reads a checkout on disk: no account and no permission on any system is needed.\n',
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'ci: needs the folder of a checkout.');
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

export default ci;
