/** `firebreak gate promote` and what belongs to it: the promotion gate in CI, approvals, decisions made again, the admission webhook. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  FirebreakError,
  type PromotionDecision,
  type PromotionRecord,
  promotedKinds,
  promotionRecordSchema,
} from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { signStatement, statementKeyFromPem } from '../../promotion/attestations/envelope.ts';
import { decisionAsSarif } from '../../promotion/decision-sarif.ts';
import { promotionStatement } from '../../promotion/findings/vouched.ts';
import { openPromotionPolicy } from '../../promotion/policy.ts';
import { replay } from '../../promotion/replay.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { judgePromotion, type PromoteOptions } from '../promotion-question.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { bold, green, joined, red, type Shown, show, yellow } from '../shown.ts';
import { repeated, wholeNumber, withJson, withSource } from '../source-options.ts';

interface ReplayOptions extends ServerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

interface ApproveOptions extends ServerOptions {
  readonly stage: string;
  readonly days: number;
  readonly note: string;
  readonly json?: boolean;
}

const mostKeyBytes = 1 << 20;

/** Adds to `firebreak gate`. */
export function promotionCommands(gate: Command, cli: CommandLine): void {
  withSource(withServer(withJson(gate.command('promote <subject>'))))
    .description(
      'may a model (a folder or file) or an image go to a stage: signature, scan, provenance, lineage, evaluations, approvals, incidents; exit 0 yes, 1 no',
    )
    .addOption(new Option('--kind <kind>', 'what it is').choices([...promotedKinds]).default('model'))
    .requiredOption(
      '--stage <stage>',
      'development, staging, production, or a word of your own, which counts as production',
    )
    .option('--environment <name>', 'for policies that ask for it')
    .option(
      '--policy <path>',
      'policies beside those that come along: a file or folder (docs/promotion-gate.md)',
      repeated,
    )
    .option('--only-policy', 'leave out the policies that come along')
    .option('--trust <file>', 'whom to believe in what')
    .option('--signature <file>', 'bundle of the model')
    .option('--attestation <file>', 'DSSE envelopes or Sigstore bundles, JSON or one a line; may be repeated', repeated)
    .option('--name <address>', 'what it is promoted as, for example the storageUri that serves it')
    .option('--node <id>', 'its node, as `firebreak nodes` prints it')
    .option('--as <name>', 'who asks')
    .option('--record <file>', 'write down all that it stood on, for `gate replay`')
    .option('--attest <file>', 'write what was found as a signed statement, for gates that do not see the files')
    .option('--attest-key <file>', 'private key for it, PEM on P-256')
    .option('--sarif', 'as SARIF 2.1.0, for code review')
    .action((subject: string, options: PromoteOptions) => promote(cli, subject, options));

  withServer(withJson(gate.command('approve <digest>')))
    .description('approve one digest for one stage, on the server; written to its ledger')
    .requiredOption('--stage <stage>', 'for this stage and no other')
    .requiredOption('--note <text>', 'why')
    .option('--days <number>', 'how long it counts', wholeNumber(1, 365), 30)
    .action(async (digest: string, { stage, days, note, json, ...server }: ApproveOptions) => {
      const client = openServer(server);
      const { until } = await atWork(cli, 'Approving', (signal) =>
        client.call('approvePromotion', { body: { digest, stage, days, note } }, signal),
      );
      await (json
        ? cli.output.json({ digest, stage, until })
        : cli.output.text(show`${digest} is approved for ${stage} until ${until}.`));
    });

  withServer(withJson(gate.command('replay <decision>')))
    .description('make a decision again, from its record in a file or by its id from a server; exit 1 when it differs')
    .option('--policy <path>', 'with these policies instead of those that it stood on; may be repeated', repeated)
    .action((decision: string, options: ReplayOptions) => again(cli, decision, options));
}

async function promote(cli: CommandLine, subject: string, options: PromoteOptions): Promise<void> {
  const { output, world } = cli;
  if ((options.attest === undefined) !== (options.attestKey === undefined))
    throw new FirebreakError('FB-USAGE', '--attest and --attest-key belong together.');
  const record = await judgePromotion(cli, subject, options);
  const { decision } = record;
  if (options.record !== undefined) await writeWhole(options.record, `${JSON.stringify(record, null, 2)}\n`);
  if (options.attest !== undefined && options.attestKey !== undefined) {
    if (decision.request.subject.digest === undefined)
      throw new FirebreakError('FB-USAGE', 'Its digest could not be found out, so nothing can be said about it.');
    const pem = await readFile(options.attestKey, 'utf8').catch(() => '');
    const envelope = signStatement(promotionStatement(record), statementKeyFromPem(pem.slice(0, mostKeyBytes)));
    await writeWhole(options.attest, `${JSON.stringify(envelope)}\n`);
  }
  if (options.sarif) await output.json(decisionAsSarif(decision, world.version));
  else if (options.json) await output.json(decision);
  else await output.text(described(decision));
  if (decision.decision === 'deny') output.checkFailed();
}

async function again(cli: CommandLine, which: string, { policy, json, ...server }: ReplayOptions): Promise<void> {
  const { output } = cli;
  const record = await recordOf(cli, which, server);
  const replayed = await replay(record, policy === undefined ? undefined : await openPromotionPolicy(policy, true));
  if (json) await output.json(replayed);
  else {
    const { now, before, differences, same } = replayed;
    await output.text(
      ...differences.map((difference) => yellow(difference)),
      show`${bold(same ? 'SAME' : 'DIFFERS')} ${before.request.subject.name}: ${now.decision}, decided ${before.request.at} by ${before.request.by.name}`,
    );
  }
  if (!replayed.same) output.checkFailed();
}

async function recordOf(cli: CommandLine, which: string, server: ServerOptions): Promise<PromotionRecord> {
  if (/^prm_[a-z2-7]{20}$/.test(which))
    return atWork(cli, 'Asking', (signal) => openServer(server).call('promotion', { params: { id: which } }, signal));
  const text = await readFile(which, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `${which} is neither a file nor the id of a decision.`, { cause });
  });
  try {
    return promotionRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new FirebreakError('FB-USAGE', `${which} is no record of a decision.`, { cause });
  }
}

function described({ decision, request, requirements, why }: PromotionDecision): Shown {
  const marks = { met: green('met    '), missing: yellow('missing'), failed: red('failed ') };
  return joined([
    ...requirements.flatMap(({ id, state, what, why: because, next }) => [
      show`${marks[state]} ${id}: ${what}. ${because}`,
      ...(next === '' ? [] : [show`          ${next}`]),
    ]),
    show`${bold(decision === 'allow' ? 'ALLOW' : 'DENY')} ${request.subject.name} ${request.subject.digest ?? '(no digest)'} for ${request.stage}`,
    ...(decision === 'allow' ? [] : [show`${why}`]),
  ]);
}

/** Whole or not at all. @throws FirebreakError FB-OUTPUT-UNWRITABLE */
async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.part`;
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(draft, content, { flag: 'wx' });
    await rename(draft, path);
  } catch (cause) {
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${path} cannot be written.`, { cause });
  }
}
