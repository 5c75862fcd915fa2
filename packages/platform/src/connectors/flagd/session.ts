import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { FirebreakError, serverName } from '@firebreak/contract';
import { type HttpCommands, openCommands } from '../../exchange/http-command.ts';
import { checkouts } from '../../intake/checkout.ts';
import { printable } from '../../intake/foreign.ts';
import { codeOf } from '../../intake/walk.ts';

export interface FlagdSession {
  /** The file or folder, or the address of a running flagd. */
  readonly path: string;
  /** The folder of the files; absent for a running flagd alone. */
  readonly root?: string;
  /** The only file of the source, where it is one. */
  readonly only?: string;
  /** What the files belong to, as far as it is known: repositories, or the source itself. */
  readonly homes: Set<string>;
  /** The flagd that answers. */
  readonly running?: HttpCommands;
  readonly server?: string;
}

/** @throws FirebreakError FB-SOURCE-UNREADABLE, FB-USAGE */
export async function openSession(settings: {
  readonly from: string;
  readonly timeoutMs: number;
}): Promise<FlagdSession> {
  const [path = '', address = ''] = /^https?:/.test(settings.from) ? ['', settings.from] : settings.from.split('#');
  const token = process.env.FLAGD_TOKEN;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const running = address === '' ? undefined : openCommands({ base: address, headers, timeoutMs: settings.timeoutMs });
  const server = running === undefined ? undefined : (serverName(running.address) ?? running.address);
  const answering = { ...(running === undefined ? {} : { running }), ...(server === undefined ? {} : { server }) };
  if (path === '') return { path: running?.address ?? '', homes: new Set(), ...answering };
  const found = await stat(path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be opened (${codeOf(error)}).`);
  });
  const root = resolve(found.isDirectory() ? path : dirname(path));
  const only = found.isDirectory() ? undefined : basename(path);
  const homes = new Set([await homeOf(root, only ?? 'x')]);
  return { path, root, homes, ...(only === undefined ? {} : { only }), ...answering };
}

/** The repository that a file below the folder is of, or the folder's name. */
export async function homeOf(root: string, file: string): Promise<string> {
  return printable((await checkouts(root)(file))?.name ?? basename(root), 1024);
}
