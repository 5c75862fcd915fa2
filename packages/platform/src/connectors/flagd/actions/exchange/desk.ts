/** What an action on flag definitions works with: the folder of the source, proven to hold the file of the home that is meant. */
import { type Attempt, type Estate, FirebreakError, flagdId, type Impact, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { type FileDesk, fileParam } from '../../../../exchange/file-change.ts';
import { type Evaluation, evaluate } from '../../answers.ts';
import { type FlagdSession, homeOf } from '../../session.ts';
import { fixedCost, weights } from '../impact/price.ts';

/** One line of text. */
export const wordParam = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line');
export const ofFlag = { home: wordParam, file: fileParam, flag: wordParam };
export interface OfFlag {
  readonly home: string;
  readonly file: string;
  readonly flag: string;
}
export const idOf = ({ home, file, flag }: OfFlag) => flagdId(home, flag, file);

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export async function deskOf({ session }: Attempt<FlagdSession>, { home, file }: OfFlag): Promise<FileDesk> {
  const { root, only } = session;
  if (root === undefined)
    throw new FirebreakError('FB-SOURCE-READ-ONLY', 'A running flagd answers, and takes no changes.');
  if (only !== undefined && only !== file)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${file}, the open source is ${only} alone.`);
  const found = await homeOf(root, file);
  if (found !== home)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${home}, the open files are of ${found}.`);
  return { root };
}

/** Asks the running flagd, where the source names one. */
export async function probeRunning(
  { session, signal }: Attempt<FlagdSession>,
  { flag }: OfFlag,
  what: string,
  holds: (answer: Evaluation) => boolean,
): Promise<ProbeResult> {
  const answer = await evaluate(session, flag, signal);
  if (answer === undefined)
    return { what, result: 'cannot-tell', evidence: 'The source names no running flagd (flagd:<file>#<address>).' };
  const evidence = answer.disabled
    ? 'It does not answer for the flag.'
    : `It answers ${answer.variant ?? 'no variant'}.`;
  return { what, result: holds(answer) ? 'holds' : 'fails', evidence };
}

/** A switch that was made to be switched costs little; whoever it gates notices. */
export function impactOf(lever: keyof typeof fixedCost, estate: Estate, of: OfFlag, what: string): Impact {
  const id = idOf(of);
  const gated = estate.get('flagd.flag', id)?.data.gates ?? [];
  const who = gated.length === 0 ? [{ kind: 'FeatureFlag', id, name: of.flag }] : gated.map((node) => refOf(node));
  const interrupts = who.map((each) => ({ who: each, what, weight: weights.gated }));
  return { cost: fixedCost[lever] + interrupts.length * weights.gated, interrupts };
}

function refOf(id: string) {
  const [, kind = 'Node', name = id] = /^[a-z-]+:([^/]+)\/(.*)$/s.exec(id) ?? [];
  return { kind, id, name };
}
