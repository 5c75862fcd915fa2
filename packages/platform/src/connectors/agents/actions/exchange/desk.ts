/** What an action on an agent's files works with: the folder of the source, proven to hold the file of the home that is meant. */
import { type Attempt, FirebreakError, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { type FileDesk, fileParam } from '../../../../exchange/file-change.ts';
import { readAgentFiles } from '../../files.ts';
import { type AgentsSession, homeOf } from '../../session.ts';

/** One line of text. */
export const wordParam = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line');

/** What every action of ours is told: whose file, which agent. */
export const ofAgent = {
  /** The repository, or the name of the folder that was opened. */
  home: wordParam,
  /** Node of the agent. */
  agent: wordParam.regex(/^agent:Agent\//, 'no agent'),
  file: fileParam,
};
export interface OfAgent {
  readonly home: string;
  readonly agent: string;
  readonly file: string;
}

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export async function deskOf({ session }: Attempt<AgentsSession>, { home, file }: OfAgent): Promise<FileDesk> {
  const { root, only } = session;
  if (root === undefined) throw new FirebreakError('FB-SOURCE-READ-ONLY', 'Only files of a folder can be changed.');
  if (only !== undefined && only !== file)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${file}, the open source is ${only} alone.`);
  const found = await homeOf(root, file);
  if (found !== home)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${home}, the open files are of ${found}.`);
  return { root };
}

export const nameOf = ({ agent }: OfAgent) => agent.slice(agent.indexOf('/') + 1);

/** Reads the files again as a collect does, and says what it finds of the agent. */
export async function readAgain({ session, signal }: Attempt<AgentsSession>, agent: string) {
  const { facts } = await readAgentFiles(session.from, signal);
  const found = facts.find(({ id }) => id === agent);
  return found?.kind === 'agent.agent' ? found.data : undefined;
}

/** No file tells what a process has in its memory. */
export function untilRestarted({ agent }: OfAgent): ProbeResult {
  return {
    what: `Agents of ${agent.slice(agent.indexOf('/') + 1)} that run already do so as well`,
    result: 'cannot-tell',
    evidence: 'They have read the file before, and not every one reads it again: restart them.',
  };
}
