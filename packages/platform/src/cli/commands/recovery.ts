/** `firebreak recovery`: from the incident back into service, step by step, on a board that says what is next. */
import {
  type CandidateReason,
  FirebreakError,
  type FollowUp,
  followUpSchema,
  type RecoveryRole,
  recoveryRoles,
  refusalCodes,
  servingCheckSchema,
} from '@firebreak/contract';
import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { inspectFiles } from '../../artifacts/inspection/inspect-files.ts';
import { readUpTo } from '../../artifacts/signing/read-file.ts';
import { trustInKey } from '../../artifacts/signing/trust/trust.ts';
import { verifyModel } from '../../artifacts/signing/verify-model.ts';
import { systemClock } from '../../kernel/clock.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withTarget } from '../desk-options.ts';
import {
  describeBoard,
  describeChoice,
  describeCredentials,
  describeFollowUps,
  describeRebuild,
  describeServing,
} from '../recovery-text.ts';
import { type Shown, show } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';
import { readText } from '../text-input.ts';
import type { AskRecovery } from '../world.ts';
import { retrainCommands } from './retrain.ts';

interface Options {
  readonly json?: boolean;
  readonly as?: string;
  readonly model?: string;
  readonly since?: string;
  readonly accept?: readonly CandidateReason['code'][];
  readonly signer?: readonly string[];
  readonly suspect?: readonly string[];
  readonly checks?: string;
  readonly note?: string;
}

const mostBytes = 16 * 1024 * 1024;
const mostSecret = 64 * 1024;

export function recoveryCommands(program: Command, cli: CommandLine): void {
  const recovery = program
    .command('recovery')
    .description('bring back only what verifies: choose, roll back, rotate, sign off');
  const step = (usage: string, about: string) =>
    withJson(withName(withTarget(withDesk(recovery.command(usage))))).description(about);
  const about = (command: Command) =>
    command.option('--model <node>', 'which model or image, where several are in question');
  const suspects = (command: Command) =>
    about(command)
      .option('--since <time>', 'the first suspicious event, where you know better (ISO 8601)')
      .option('--signer <who=time>', 'a signer that is compromised, and since when; may be repeated', repeated)
      .option('--suspect <data=time>', 'data that was touched, and since when; may be repeated', repeated)
      .option('--accept <code>', `a check that you do without: ${refusalCodes.join(', ')}`, repeated);

  step(
    'board <incident>',
    'what is to be done before access returns, who did it, what shows it, and what is next',
  ).action((id: string, options: Options, command: Command) =>
    tell(cli, command, options, id, async (ask) => {
      const board = await ask('recoveryBoard', at(id));
      return [board, describeBoard(board)];
    }),
  );

  step('say <incident> <item>', 'say in your own name that an item is done, is open again, or does not apply')
    .addArgument(new Argument('<state>').choices(['open', 'done', 'not-applicable']))
    .requiredOption('--note <text>', 'what you looked at, or why')
    .action((id: string, item: string, state: 'open' | 'done' | 'not-applicable', options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const board = await ask('sayRecovery', { ...at(id), body: { item, state, note: options.note ?? '' } });
        return [board, describeBoard(board)];
      }),
    );

  suspects(
    step('choose <incident>', 'the versions that may come back, the best first, and why each other was refused'),
  ).action((id: string, options: Options, command: Command) =>
    tell(cli, command, options, id, async (ask) => {
      const choice = await ask('chooseVersion', { ...at(id), body: wishOf(options) });
      cli.output.limited(choice.completeness);
      return [choice, describeChoice(choice)];
    }),
  );

  about(
    step(
      'inspect <incident> <version> <folder>',
      'verify and inspect a copy of a version here, and write down what was found',
    ),
  )
    .option('--signature <file>', 'its signature (OpenSSF Model Signing)')
    .option('--key <file>', 'public key of who should have signed')
    .option('--attestation <file>', 'a bundle or DSSE envelope that speaks of it; may be repeated', repeated)
    .action((id: string, version: string, folder: string, options: InspectOptions, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const body = await inspected(cli, version, folder, options);
        const answer = await ask('inspectVersion', { ...at(id), body });
        return [
          { ...answer, signature: body.signature?.verdict ?? null, scan: body.scan.verdict },
          show`Written down: signature ${body.signature?.verdict ?? 'not looked at'}, files ${body.scan.verdict}.`,
        ];
      }),
    );

  suspects(step('take <incident> <version>', 'take a version that is fit'))
    .option('--checks <file>', 'how servers are asked what they serve (JSON, docs/recovery.md)')
    .requiredOption('--note <text>', 'why this one')
    .action((id: string, version: string, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const checks = await checksOf(options.checks);
        const body = { ...wishOf(options), version, checks, note: options.note ?? '' };
        const board = await ask('takeVersion', { ...at(id), body });
        return [board, describeBoard(board)];
      }),
    );

  about(
    step('rollback <incident>', 'make the plan that delivers the chosen version; the promotion gate is asked first'),
  ).action((id: string, options: Options, command: Command) =>
    tell(cli, command, options, id, async (ask) => {
      const plan = await ask('rollBack', { ...at(id), body: subjectOf(options) });
      return [
        plan,
        show`${plan.steps.map(({ title }) => title).join('\n')}\nApprove it: firebreak approve ${id} (digest ${plan.digest})`,
      ];
    }),
  );

  about(step('verify <incident>', 'ask the servers which version they serve; exit 1 while another one answers'))
    .option('--checks <file>', 'further checks')
    .action((id: string, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const body = { ...subjectOf(options), checks: await checksOf(options.checks) };
        const { results } = await ask('verifyServing', { ...at(id), body });
        if (results.some(({ result }) => result === 'not-yet')) cli.output.checkFailed();
        else if (results.some(({ result }) => result !== 'holds')) cli.output.held();
        return [{ results }, describeServing(results)];
      }),
    );

  rotateCommands(recovery, cli);
  imageCommands(recovery, cli);

  step('sign <incident>', 'sign the board off; one person signs in one role')
    .addOption(new Option('--role <role>', 'what you answer for').choices(recoveryRoles).makeOptionMandatory())
    .action((id: string, options: Options & { readonly role: RecoveryRole }, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const board = await ask('signRecovery', { ...at(id), body: { as: options.role } });
        return [board, describeBoard(board)];
      }),
    );

  step('attest <incident>', 'make and sign the in-toto attestation of recovery').action(
    (id: string, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { envelope } = await ask('attestRecovery', at(id));
        return [envelope, show`Attested. firebreak recovery attestation ${id} --json prints it.`];
      }),
  );
  step('attestation <incident>', 'the attestation, a DSSE envelope').action(
    (id: string, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { envelope } = await ask('recoveryAttestation', at(id));
        return [envelope, show`${JSON.stringify(envelope)}`];
      }),
  );
  step(
    'return <incident>',
    'take the containment back and keep the restored versions; the gate demands the attestation',
  ).action((id: string, options: Options, command: Command) =>
    tell(cli, command, options, id, async (ask) => {
      const execution = await ask('restoreAccess', at(id));
      return [execution, show`${execution.steps.length} steps of the containment are being taken back.`];
    }),
  );

  followUpCommands(recovery, cli);
  retrainCommands(recovery, cli);
}

interface RotateOptions extends Options {
  readonly secret: string;
  readonly probe?: string;
}

function rotateCommands(recovery: Command, cli: CommandLine): void {
  const rotate = recovery.command('rotate').description('every secret and key to rotate, until the old one is dead');
  const step = (usage: string, about: string) =>
    withJson(withName(withTarget(withDesk(rotate.command(usage))))).description(about);
  step('list <incident>', 'what was within reach of the attacker, or stood in texts').action(
    (id: string, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { credentials } = await ask('recoveryCredentials', at(id));
        return [{ credentials }, describeCredentials(credentials)];
      }),
  );
  step('say <incident> <item>', 'say that it was rotated, or vouch for it where nothing can try the old one')
    .addArgument(new Argument('<to>').choices(['rotated', 'done']))
    .requiredOption('--note <text>', 'how, or why you are sure')
    .action((id: string, item: string, to: 'rotated' | 'done', options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { credential } = await ask('sayCredential', { ...at(id), body: { item, to, note: options.note ?? '' } });
        return [credential, describeCredentials([credential])];
      }),
    );
  step('probe <incident> <item>', 'try the old secret; exit 0 dead, 1 alive, 3 cannot tell. It is kept nowhere')
    .option('--secret <file>', 'where the old secret is; - is standard input', '-')
    .option('--probe <id>', 'by what it is tried')
    .action((id: string, item: string, options: RotateOptions, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { signal } = new AbortController();
        const text = await readText(options.secret, { mostBytes: mostSecret, signal, input: cli.terminal.input });
        const body = {
          item,
          secret: text.replace(/\r?\n$/, ''),
          ...(options.probe === undefined ? {} : { probe: options.probe }),
        };
        const answer = await ask('probeCredential', { ...at(id), body });
        if (answer.result === 'alive') cli.output.checkFailed();
        else if (answer.result === 'cannot-tell') cli.output.held();
        return [answer, show`${answer.result.toUpperCase()}: ${answer.evidence}`];
      }),
    );
}

interface ImageOptions extends Options {
  readonly approve?: string;
  readonly pin?: boolean;
}

function imageCommands(recovery: Command, cli: CommandLine): void {
  withJson(withName(withTarget(withDesk(recovery.command('rebuild <incident>')))))
    .description('workloads on images that nobody knows to be good, and the digests to rebuild them from')
    .option('--approve <image@digest>', 'name an image as known to be good')
    .option('--note <text>', 'why it is', '')
    .option('--pin', 'make the plan that pins them')
    .action((id: string, options: ImageOptions, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        if (options.pin === true) {
          const plan = await ask('pinImages', at(id));
          return [
            plan,
            show`${plan.steps.map(({ title }) => title).join('\n')}\nApprove it: firebreak approve ${id} (digest ${plan.digest})`,
          ];
        }
        const [, image = '', digest = ''] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(options.approve ?? '') ?? [];
        if (options.approve !== undefined && image === '')
          throw new FirebreakError('FB-USAGE', '--approve takes repository@sha256:… with 64 hexadecimal digits.');
        const found =
          image === ''
            ? await ask('recoveryImages', at(id))
            : await ask('approveImage', { ...at(id), body: { image, digest, note: options.note || 'approved' } });
        cli.output.limited(found.completeness);
        return [found, describeRebuild(found)];
      }),
    );
}

interface FollowUpOptions extends Options {
  readonly kind: 'rotation' | 'least-privilege' | 'signing' | 'path' | 'other';
  readonly detail: string;
  readonly owner: string;
  readonly days: number;
  readonly step?: string;
  readonly reach?: string;
  readonly reason?: string;
  readonly accept?: never;
  readonly acceptRisk?: boolean;
}

function followUpCommands(recovery: Command, cli: CommandLine): void {
  const group = recovery
    .command('follow-ups')
    .description('hardening after the incident: owners, dates, and audits by the graph');
  const step = (usage: string, about: string) =>
    withJson(withName(withTarget(withDesk(group.command(usage))))).description(about);
  const shown = (followUps: readonly FollowUp[]): [object, Shown] => {
    if (followUps.some(({ overdue }) => overdue)) cli.output.checkFailed();
    return [{ followUps }, describeFollowUps(followUps)];
  };
  step('list [incident]', 'those due first come first; overdue ones are shown so').action(
    (id: string | undefined, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { followUps } = await ask('followUps', { query: id === undefined ? {} : { incident: id } });
        return shown(followUps);
      }),
  );
  step('open <incident> <title>', 'open one; outlets carry it as a ticket')
    .requiredOption('--owner <name>', 'who sees to it')
    .addOption(new Option('--kind <kind>', 'what it is').choices(followUpSchema.shape.kind.options).default('other'))
    .option('--days <number>', 'until it is audited again', wholeNumber(1, 3650), 30)
    .option('--detail <text>', 'what is to be done', '')
    .option('--step <type,from,to>', 'the step of the graph that shall be gone')
    .option('--reach <from,to>', 'what shall not reach what any more')
    .action((id: string, title: string, options: FollowUpOptions, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { kind, owner, detail, days } = options;
        const due = new Date(systemClock.now().getTime() + days * 86_400_000).toISOString();
        const made = await ask('openFollowUp', {
          ...at(id),
          body: { title, kind, owner, detail, due, about: aboutOf(options) },
        });
        return [made, describeFollowUps([made])];
      }),
    );
  step('audit [incident]', 'ask the graph: are they gone?').action(
    (id: string | undefined, options: Options, command: Command) =>
      tell(cli, command, options, id, async (ask) => {
        const { followUps } = await ask('auditFollowUps', { body: id === undefined ? {} : { incident: id } });
        return shown(followUps);
      }),
  );
  step('close <follow-up>', 'close one; while the graph still shows it only by accepting that')
    .requiredOption('--reason <text>', 'why')
    .option('--accept-risk', 'although it is still there')
    .action((id: string, options: FollowUpOptions, command: Command) =>
      tell(cli, command, options, undefined, async (ask) => {
        const body = { reason: options.reason ?? '', accept: options.acceptRisk === true };
        const closed = await ask('closeFollowUp', { ...at(id), body });
        return [closed, describeFollowUps([closed])];
      }),
    );
}

function aboutOf({ step, reach }: FollowUpOptions) {
  const [type, from, to] = (step ?? '').split(',');
  if (type !== undefined && from !== undefined && to !== undefined) return { is: 'step' as const, type, from, to };
  const [start, goal] = (reach ?? '').split(',');
  if (start !== undefined && goal !== undefined) return { is: 'reach' as const, from: start, to: goal };
  if (step !== undefined || reach !== undefined)
    throw new FirebreakError('FB-USAGE', '--step takes type,from,to; --reach takes from,to.');
  return null;
}

/** Opens the desk, asks, and tells the answer as JSON or in words. */
async function tell(
  cli: CommandLine,
  command: Command,
  options: Options,
  incident: string | undefined,
  work: (ask: AskRecovery) => Promise<readonly [json: unknown, text: Shown]>,
): Promise<void> {
  const by = actingName(options.as);
  const need = { doing: 'Looking', target: true, ...(incident === undefined ? {} : { incident }) };
  const [json, text] = await atDesk(cli, command, need, (desk) =>
    work((name, request) => desk.recovery(name, request, by)),
  );
  await (options.json ? cli.output.json(json) : cli.output.text(text));
}

const at = (id: string) => ({ params: { id } });
const subjectOf = ({ model }: Options) => (model === undefined ? {} : { subject: model });

function wishOf({ since, accept = [], signer = [], suspect = [], ...options }: Options) {
  const pair = (text: string) => {
    const sign = text.lastIndexOf('=');
    if (sign === -1) throw new FirebreakError('FB-USAGE', `"${text.slice(0, 100)}" is not of the form who=time.`);
    return [text.slice(0, sign), text.slice(sign + 1)] as const;
  };
  const unknown = accept.find((code) => !refusalCodes.includes(code));
  if (unknown !== undefined) throw new FirebreakError('FB-USAGE', `--accept takes one of ${refusalCodes.join(', ')}.`);
  return {
    ...subjectOf(options),
    ...(since === undefined ? {} : { since }),
    accept: [...accept],
    signers: signer.map(pair).map(([who, from]) => ({ signer: who, since: from })),
    data: suspect.map(pair).map(([data, from]) => ({ data, from })),
  };
}

/** @throws FirebreakError FB-USAGE */
async function checksOf(path: string | undefined) {
  if (path === undefined) return [];
  const text = (await readUpTo(path, mostBytes)).toString('utf8');
  const read = z.array(servingCheckSchema).safeParse(parsed(text));
  if (!read.success)
    throw new FirebreakError(
      'FB-USAGE',
      `${path}: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`,
    );
  return read.data;
}

interface InspectOptions extends Options {
  readonly signature?: string;
  readonly key?: string;
  readonly attestation?: readonly string[];
}

async function inspected(cli: CommandLine, version: string, folder: string, options: InspectOptions) {
  const { signature, key, attestation = [] } = options;
  if ((signature === undefined) !== (key === undefined))
    throw new FirebreakError('FB-USAGE', '--signature and --key go together.');
  return atWork(cli, 'Reading', async (signal, progress) => {
    const bundle = signature === undefined ? undefined : await readUpTo(signature, mostBytes);
    const verdict =
      bundle === undefined || signature === undefined || key === undefined
        ? undefined
        : await verifyModel({
            model: folder,
            signature: bundle,
            signaturePath: signature,
            trust: trustInKey((await readUpTo(key, mostBytes)).toString('utf8')),
            now: systemClock.now(),
            signal,
          });
    const now = () => systemClock.now();
    const scan = await inspectFiles({ paths: [folder], allowed: [], perFile: 600_000, now, signal, progress });
    const brought = await Promise.all(attestation.map(async (path) => record(await readUpTo(path, mostBytes), path)));
    return {
      ...subjectOf(options),
      version,
      ...(verdict === undefined ? {} : { signature: verdict }),
      scan,
      attestations: [
        ...(bundle === undefined || signature === undefined ? [] : [record(bundle, signature)]),
        ...brought,
      ],
    };
  });
}

/** @throws FirebreakError FB-USAGE */
function record(bytes: Buffer, path: string): Record<string, unknown> {
  const value = parsed(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FirebreakError('FB-USAGE', `${path} holds no JSON object.`);
  return { ...value };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
