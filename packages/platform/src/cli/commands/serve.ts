import { fileURLToPath } from 'node:url';
import { FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { type CommandLine, interruptible } from '../command-line.ts';
import { type DataOptions, withData, withEvidence, withPolicies } from '../desk-options.ts';
import { bold, cyan, show } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface ServeCommandOptions extends DataOptions {
  readonly port: number;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly kubeconfig?: string;
  readonly from?: readonly string[];
  readonly policies?: string;
  readonly evidence?: string;
  readonly rules?: readonly string[];
  readonly webhook?: readonly string[];
  readonly outlets?: string;
  readonly redact?: string;
  readonly holdBack: number;
  readonly metricsToken?: string;
  readonly hotDays: number;
  readonly keepDays?: number;
  readonly nats?: string;
  readonly partitions: number;
  readonly partition: number;
  readonly witness?: readonly string[];
  readonly witnessQuorum?: number;
  readonly timestampAuthority?: readonly string[];
  readonly tsaCertificate?: readonly string[];
  readonly playDay?: boolean;
  readonly json?: boolean;
}

const builtConsole = fileURLToPath(new URL('../../../../console/dist', import.meta.url));
const loopback = ['127.0.0.1', '::1', 'localhost'];

/** `firebreak serve`: server and console. Without a kubeconfig it shows the demo estate. */
export function serveCommand(program: Command, cli: CommandLine): void {
  const { world, output } = cli;
  withJson(withEvidence(withPolicies(withData(program.command('serve')))))
    .description('run server and console; without --kubeconfig on an invented AI platform in memory')
    .option('--port <number>', 'port, 0 for any', wholeNumber(0, 65_535), 7447)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-host <name>', 'a name by which a proxy in front is reached; may be repeated', repeated)
    .option('--kubeconfig <file>', 'a real cluster instead of the demo')
    .option('--from <source>', 'a further source, <connector>:<file|dir|address>; may be repeated', repeated)
    .option('--rules <folder>', 'detection rules (Sigma) beside those that come along; may be repeated', repeated)
    .option(
      '--webhook <name=secret>',
      'take a signed webhook in, <name>=env:<VARIABLE> or <name>=file:</path>; may be repeated',
      repeated,
    )
    .option('--outlets <file>', 'ways out to other systems: webhooks, syslog, tickets, Alertmanager (docs/outlets.md)')
    .option('--redact <file>', 'what is cut out of events before they are kept (docs/intake.md)')
    .option(
      '--hold-back <seconds>',
      'let senders wait while the watch is further behind than this; 0 to take all that there is room for',
      wholeNumber(0, 3600),
      1,
    )
    .option('--metrics-token <secret>', 'a token that opens /metrics and nothing else, env:<VARIABLE> or file:</path>')
    .option('--witness <vkey=url>', 'a witness that cosigns the ledger’s checkpoints; may be repeated', repeated)
    .option('--witness-quorum <number>', 'how many of the witnesses are enough; all when left out', wholeNumber(1, 64))
    .option('--timestamp-authority <url>', 'an RFC 3161 authority that stamps checkpoints; may be repeated', repeated)
    .option('--tsa-certificate <file>', 'certificates (PEM) of those authorities; may be repeated', repeated)
    .option('--play-day', 'send in a day of the demo’s logs as well, with an attack in it')
    .option('--hot-days <number>', 'days after which events go from the database to files', wholeNumber(1, 36_500), 30)
    .option('--keep-days <number>', 'days after which events are deleted; never when left out', wholeNumber(1, 36_500))
    .option('--nats <url>', 'take events from a NATS JetStream too: nats://host:4222 (docs/hunting.md)')
    .option('--partitions <number>', 'parts that the events on NATS are divided into', wholeNumber(1, 256), 1)
    .option('--partition <number>', 'the part that is this server’s, from 0', wholeNumber(0, 255), 0)
    .addOption(new Option('--demo', 'the demo estate (the default)').conflicts(['kubeconfig', 'from']))
    .action(
      async ({
        data,
        database,
        port,
        host,
        kubeconfig,
        from = [],
        policies,
        evidence,
        rules = [],
        webhook: webhooks = [],
        outlets,
        redact,
        holdBack,
        metricsToken,
        hotDays,
        keepDays,
        nats,
        partitions,
        partition,
        playDay,
        witness = [],
        witnessQuorum,
        timestampAuthority = [],
        tsaCertificate = [],
        allowHost = [],
        json,
      }: ServeCommandOptions) => {
        const sources = [...(kubeconfig === undefined ? [] : [`kubernetes:${kubeconfig}`]), ...from];
        if (!loopback.includes(host))
          output.note(
            show`Listening on ${host}: put TLS in front, or links, sessions and tokens can be read on the way.`,
          );
        if (keepDays !== undefined && keepDays < hotDays)
          throw new FirebreakError('FB-USAGE', '--keep-days is less than --hot-days.');
        if (partition >= partitions)
          throw new FirebreakError('FB-USAGE', '--partition counts from 0 and is less than --partitions.');
        await interruptible(cli.terminal, (signal) =>
          world.serve({
            data,
            database,
            port,
            host,
            hosts: [host.includes(':') ? `[${host}]` : host, ...allowHost],
            sources,
            policies,
            evidence,
            rules,
            webhooks,
            outlets,
            redact,
            holdBack,
            metricsToken,
            hotDays,
            keepDays,
            bus: nats === undefined ? undefined : { address: nats, partitions, partition },
            playDay,
            parties: {
              witnesses: witness,
              quorum: witnessQuorum,
              authorities: timestampAuthority,
              certificates: tsaCertificate,
            },
            console: builtConsole,
            signal,
            onReady: ({ address, signInLink, notes }) => {
              const shows = sources.length === 0 ? 'showing the demo estate' : `working on ${sources.join(', ')}`;
              void (json
                ? output.json({ address, signInLink, notes })
                : output.text(
                    show`Firebreak ${world.version} on ${bold(address)}, ${shows}.`,
                    ...notes.map((note) => show`${note}`),
                    show`Sign in, once, within a day: ${cyan(signInLink)}`,
                  ));
            },
          }),
        );
      },
    );
}
