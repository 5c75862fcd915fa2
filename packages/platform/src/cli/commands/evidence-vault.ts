import { readFile } from 'node:fs/promises';
import { FirebreakError, type RedactionReport } from '@firebreak/contract';
import type { Command } from 'commander';
import { verifyRedacted } from '../../evidence/redaction/verify.ts';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withEvidence, withName, withTarget } from '../desk-options.ts';
import { describeChecks } from '../output.ts';
import { joined, red, show, yellow } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';
import { describeAudit, describeDestruction, describeShown, describeSnapshot, describeVault } from '../vault-text.ts';
import { writeWhole } from '../whole-file.ts';

interface Common {
  readonly reason: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak evidence take|list|show|read|…`: what is taken, kept and, when nothing forbids it, destroyed. */
export function vaultCommands(evidence: Command, cli: CommandLine): void {
  const { output } = cli;
  const withReason = (command: Command) =>
    withJson(withName(withEvidence(withDesk(command)))).requiredOption('--reason <text>', 'why; it is in the log');
  const why = ({ reason, as }: Common) => ({ reason, by: actingName(as) });

  withTarget(withReason(evidence.command('take [subject]')))
    .description('take a snapshot: <system>:<Kind>/<path>, such as kubernetes:Namespace/prod or data:Folder//srv/data')
    .option('--incident <id>', 'the incident that it is about')
    .option('--store <name>', 'where to; the first of the settings when left out')
    .option('--retain <days>', 'days that it is kept at least', days)
    .option('--resume <snapshot>', 'go on with one that was cut off')
    .action(
      async (
        subject: string | undefined,
        options: Common & {
          incident?: string;
          store?: string;
          retain?: number;
          resume?: string;
          from?: string[];
          kubeconfig?: string;
        },
        command: Command,
      ) => {
        const { incident = null, store, retain, resume, from, kubeconfig } = options;
        if ((subject === undefined) === (resume === undefined))
          throw new FirebreakError('FB-USAGE', 'Give a subject, or --resume a snapshot.');
        const need = { doing: 'Taking', target: from !== undefined || kubeconfig !== undefined, mayBegin: true };
        const retainUntil = retain === undefined ? undefined : new Date(Date.now() + retain * 86_400_000);
        const taken = await atDesk(cli, command, need, ({ vault }) =>
          resume === undefined
            ? vault.take({ ...why(options), subject: subject ?? '', incident, store, retainUntil })
            : vault.resume(resume),
        );
        await (options.json ? output.json(taken) : output.text(describeSnapshot(taken)));
        if (taken.state === 'limited') output.limited({ answer: 'limited', reasons: taken.reasons });
      },
    );

  for (const name of ['list', 'stores'])
    withJson(withEvidence(withDesk(evidence.command(name))))
      .description(
        name === 'list'
          ? 'what was taken, from what, by whom and why'
          : 'where evidence is kept, and what can be taken',
      )
      .option('--incident <id>', 'only that of one incident')
      .action(async ({ incident, json }: { incident?: string; json?: boolean }, command: Command) => {
        const vault = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.vault.overview(incident));
        await (json ? output.json(vault) : output.text(describeVault(vault, name === 'stores')));
      });

  withJson(withEvidence(withDesk(evidence.command('show <snapshot>'))))
    .description('what is in a snapshot, and its chain of custody')
    .action(async (id: string, { json }: { json?: boolean }, command: Command) => {
      const shown = await atDesk(cli, command, { doing: 'Looking' }, ({ vault }) => vault.show(id));
      await (json ? output.json(shown) : output.text(describeShown(shown)));
    });

  withReason(evidence.command('read <snapshot> <piece>'))
    .description('one piece into a file; the log says who read it')
    .requiredOption('-o, --output <file>', 'the file')
    .option('--as-stored', 'without opening what is sealed')
    .action(
      async (
        snapshot: string,
        piece: string,
        options: Common & { output: string; asStored?: boolean },
        command: Command,
      ) => {
        const { asStored = false } = options;
        await atDesk(cli, command, { doing: 'Reading' }, ({ vault }) =>
          writeWhole(options.output, vault.read({ ...why(options), snapshot, piece, asStored })),
        );
        await (options.json ? output.json({ file: options.output }) : output.text(show`${options.output}`));
      },
    );

  withReason(evidence.command('hold [snapshot]'))
    .description('legal hold on a snapshot, or on all evidence of an incident')
    .option('--incident <id>', 'the incident')
    .action(async (snapshot: string | undefined, options: Common & { incident?: string }, command: Command) => {
      const { incident } = options;
      const hold = await atDesk(cli, command, { doing: 'Holding' }, ({ vault }) =>
        vault.hold({ ...why(options), snapshot, incident }),
      );
      await (options.json ? output.json(hold) : output.text(show`held: ${hold.id}`));
    });

  withReason(evidence.command('release <hold>'))
    .description('release a hold')
    .action(async (id: string, options: Common, command: Command) => {
      const hold = await atDesk(cli, command, { doing: 'Releasing' }, ({ vault }) =>
        vault.release({ ...why(options), id }),
      );
      await (options.json ? output.json(hold) : output.text(show`released: ${hold.id}`));
    });

  withReason(evidence.command('retain <snapshot>'))
    .description('keep a snapshot for longer')
    .requiredOption('--until <date>', 'ISO 8601', date)
    .action(async (snapshot: string, options: Common & { until: Date }, command: Command) => {
      const { until } = options;
      const kept = await atDesk(cli, command, { doing: 'Keeping' }, ({ vault }) =>
        vault.retain({ ...why(options), snapshot, until }),
      );
      await (options.json ? output.json(kept) : output.text(describeSnapshot(kept)));
    });

  withJson(withName(withEvidence(withDesk(evidence.command('audit [snapshot]')))))
    .description('whether evidence is there and is what the log says; exit code 1 when not')
    .option('--reason <text>', 'why', 'audit')
    .option('--quick', 'only presence and sizes, without reading every byte')
    .action(async (snapshot: string | undefined, options: Common & { quick?: boolean }, command: Command) => {
      const deep = options.quick !== true;
      const audit = await atDesk(cli, command, { doing: 'Auditing' }, ({ vault }) =>
        vault.audit({ ...why(options), snapshot, deep }),
      );
      await (options.json ? output.json(audit) : output.text(describeAudit(audit)));
      if (!audit.ok) output.checkFailed();
    });

  withReason(evidence.command('move <snapshot>'))
    .description('move a snapshot to another store')
    .requiredOption('--to <store>', 'its name')
    .option('--copy', 'leave it where it is as well')
    .action(async (snapshot: string, options: Common & { to: string; copy?: boolean }, command: Command) => {
      const { to, copy = false } = options;
      const moved = await atDesk(cli, command, { doing: 'Moving' }, ({ vault }) =>
        vault.move({ ...why(options), snapshot, to, copy }),
      );
      await (options.json ? output.json(moved) : output.text(describeSnapshot(moved)));
    });

  withReason(evidence.command('redact <snapshot> <piece>'))
    .description('a copy of a JSON record with fields left out, which is still provable')
    .requiredOption('--hide <pointer>', 'JSON pointer of what is left out; may be repeated', repeated)
    .requiredOption('-o, --output <file>', 'the file')
    .action(
      async (
        snapshot: string,
        piece: string,
        options: Common & { hide: string[]; output: string },
        command: Command,
      ) => {
        const copy = await atDesk(cli, command, { doing: 'Redacting' }, ({ vault }) =>
          vault.redact({ ...why(options), snapshot, piece, hide: options.hide }),
        );
        await writeWhole(options.output, oneChunk(`${JSON.stringify(copy, null, 2)}\n`));
        const key = copy.verifierKey;
        await (options.json
          ? output.json({ file: options.output, verifierKey: key })
          : output.text(show`${options.output}`, show`verifier key: ${key}`));
      },
    );

  withJson(evidence.command('verify-redacted <file>'))
    .description('check a redacted copy; needs no database and no server')
    .option('--key <vkey>', 'the verifier key, had by another way than the file')
    .action(async (file: string, { key, json }: { key?: string; json?: boolean }) => {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new FirebreakError('FB-EVIDENCE-UNREADABLE', `${file} cannot be read.`, { cause });
      });
      const report = verifyRedacted(text, key);
      await (json ? output.json(report) : output.text(describeRedaction(report)));
      if (!report.ok) output.checkFailed();
    });

  withReason(evidence.command('destroy <snapshot>'))
    .description('say what destroying a snapshot would do; with --yes, do it')
    .option('--yes', 'do it')
    .action(async (snapshot: string, options: Common & { yes?: boolean }, command: Command) => {
      const doIt = options.yes === true;
      const done = await atDesk(cli, command, { doing: 'Destroying' }, ({ vault }) =>
        vault.destroy({ ...why(options), snapshot, doIt }),
      );
      await (options.json ? output.json(done) : output.text(describeDestruction(done)));
    });
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function describeRedaction({ ok, checks, subject, takenBy, takenAt, shown, hidden, keySource }: RedactionReport) {
  return joined([
    describeChecks(checks),
    show`${ok ? show`verified` : red('NOT VERIFIED')}: ${subject}, taken by ${takenBy} at ${takenAt}; ${shown} fields shown, ${hidden} left out`,
    ...(keySource === 'embedded' ? [yellow('The key came with the file: give --key to know whose log it is.')] : []),
  ]);
}

function days(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text)) return number;
  throw new FirebreakError('FB-USAGE', `${text} is no number of days.`);
}

function date(text: string): Date {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new FirebreakError('FB-USAGE', `${text} is no date (ISO 8601).`);
  return new Date(time);
}
