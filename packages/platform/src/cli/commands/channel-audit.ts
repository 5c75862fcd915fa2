/** `firebreak channels audit` and `approve`: what delivery channels deliver beside what was approved. */
import { readFile } from 'node:fs/promises';
import { type ChannelAudit, FirebreakError } from '@firebreak/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { atWork, type CommandLine } from '../command-line.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { joined, red, type Shown, show, yellow } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface AuditOptions extends ServerOptions {
  readonly since: string;
  readonly commits?: readonly string[];
  readonly allowedSigners?: string;
  readonly pgpKeys?: string;
  readonly json?: boolean;
}

interface ApproveOptions extends ServerOptions {
  readonly value: string;
  readonly note: string;
  readonly days: number;
  readonly json?: boolean;
}

const mostBytes = 24 * 1024 * 1024;

export function channelAuditCommands(channels: Command, cli: CommandLine): void {
  const { output } = cli;
  withServer(withJson(channels.command('audit')))
    .description('every channel’s head beside what was approved and what it was; exit 1 when one moved')
    .requiredOption('--since <time>', 'compare with the estate at that time, ISO 8601', moment)
    .option('--commits <file>', 'more commits, as GitHub’s API lists them, JSON; may be repeated', repeated)
    .option('--allowed-signers <file>', 'whose SSH signatures of commits count (ssh-keygen(1))')
    .option('--pgp-keys <file>', 'whose OpenPGP signatures count: public keys, armored; the server needs gpgv')
    .action(async ({ since, json, ...options }: AuditOptions) => {
      const commits = (await Promise.all((options.commits ?? []).map(commitsIn))).flat();
      const optional = async (path: string | undefined) => (path === undefined ? '' : text(path));
      const allowedSigners = await optional(options.allowedSigners);
      const pgpKeys = await optional(options.pgpKeys);
      const client = openServer(options);
      const audit = await atWork(cli, 'Comparing', (signal) =>
        client.call('channelAudit', { body: { since, commits, allowedSigners, pgpKeys } }, signal),
      );
      await (json ? output.json(audit) : output.text(described(audit)));
      if (audit.counts.moved > 0) output.checkFailed();
      output.limited(audit.completeness);
    });

  withServer(withJson(channels.command('approve <channel>')))
    .description('approve what a channel delivers, to the letter; written to the ledger, and ends by itself')
    .requiredOption('--value <value>', 'what it delivers, as the audit shows it')
    .requiredOption('--note <text>', 'why')
    .option('--days <number>', 'how long it counts', wholeNumber(1, 365), 30)
    .action(async (channel: string, { value, note, days, json, ...options }: ApproveOptions) => {
      const client = openServer(options);
      const baseline = await atWork(cli, 'Approving', (signal) =>
        client.call('approveChannel', { body: { channel, value, note, days } }, signal),
      );
      await (json
        ? output.json(baseline)
        : output.text(show`${channel} is approved at ${value} until ${baseline.until}.`));
    });
}

function described({ rows, counts }: ChannelAudit): Shown {
  return joined([
    ...rows.flatMap(({ channel, state, name, value, why, next, severity }) => {
      const mark = severity === 'critical' || severity === 'high' ? red(state) : yellow(state);
      return state === 'as-approved'
        ? []
        : [show`${mark}  ${channel}  ${name}  ${value ?? '?'}`, show`    ${why} ${next}`];
    }),
    show`${counts.moved} moved, ${counts.changed} changed, ${counts['not-approved']} not approved, ${counts.expired} expired, ${counts['cannot-tell']} cannot be told, ${counts['as-approved']} as approved.`,
  ]);
}

function moment(given: string): string {
  const at = new Date(given);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('It is no time.');
  return at.toISOString();
}

async function commitsIn(path: string): Promise<readonly unknown[]> {
  try {
    return [JSON.parse(await text(path)) as unknown].flat();
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    throw new FirebreakError('FB-USAGE', `${path} is not JSON.`);
  }
}

async function text(path: string): Promise<string> {
  const found = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `${path} cannot be read.`, { cause });
  });
  if (found.length > mostBytes) throw new FirebreakError('FB-USAGE', `${path} is too large.`);
  return found;
}
