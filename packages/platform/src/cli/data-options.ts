/** Options of the commands that keep something: where, and in whose name. */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { stopSignal } from './source-options.ts';
import type { Desk, World } from './world.ts';

export interface DataOptions {
  readonly data: string;
  readonly database?: string;
  readonly kubeconfig?: string;
  readonly json?: boolean;
}

export function withData(command: Command): Command {
  return command
    .option(
      '--data <dir>',
      'data directory: keys, and the embedded database',
      process.env.FIREBREAK_DATA ?? join(homedir(), '.firebreak'),
    )
    .option('--database <url>', 'postgres://… instead of the embedded database');
}

/** Opens the desk for one command and closes it after. */
export async function atDesk<T>(world: World, options: DataOptions, use: (desk: Desk) => Promise<T>): Promise<T> {
  const target = options.kubeconfig === undefined ? undefined : `kubernetes:${options.kubeconfig}`;
  const desk = await world.openDesk({ data: options.data, database: options.database, target }, stopSignal());
  try {
    return await use(desk);
  } finally {
    await desk.close();
  }
}

/** The name under which the command line acts unless `--as` says otherwise. */
export function operatorName(): string {
  return process.env.FIREBREAK_AS ?? userInfo().username;
}
