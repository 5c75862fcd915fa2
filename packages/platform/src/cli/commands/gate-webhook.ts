/** `firebreak gate webhook`: the promotion gate where a cluster asks before it runs something. */
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { webhookConfiguration } from '../../promotion/admission/configuration.ts';
import { admissionServer } from '../admission-server.ts';
import { type CommandLine, interruptible } from '../command-line.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { show } from '../shown.ts';
import { repeated, wholeNumber } from '../source-options.ts';

interface WebhookOptions extends ServerOptions {
  readonly cert: string;
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly stage: string;
  readonly stageOf?: readonly string[];
}

interface ManifestOptions {
  readonly ca: string;
  readonly namespace: string;
  readonly service: string;
  readonly url?: string;
  readonly except?: readonly string[];
}

/** Less than the API server waits. */
const answerMs = 8_000;

export function webhookCommands(gate: Command, cli: CommandLine): void {
  withServer(gate.command('webhook'))
    .description(
      'the admission webhook (TLS); it asks a server, refuses what that does not allow, and everything when it does not answer',
    )
    .requiredOption('--cert <file>', 'its certificate, PEM')
    .requiredOption('--key <file>', 'the key of it, PEM')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'where to listen; 0 for any', wholeNumber(0, 65_535), 8443)
    .option('--stage <stage>', 'what running here is a promotion to', 'production')
    .option('--stage-of <namespace=stage>', 'another stage for a namespace; may be repeated', repeated)
    .action((options: WebhookOptions) => serveWebhook(cli, options));

  gate
    .command('webhook-manifest')
    .description('the ValidatingWebhookConfiguration, ready to apply: failurePolicy Fail, its own namespace left out')
    .requiredOption('--ca <file>', 'authority of the webhook’s certificate, PEM')
    .option('--namespace <name>', 'where the webhook runs', 'firebreak')
    .option('--service <name>', 'its service', 'firebreak-gate')
    .option('--url <address>', 'https address instead of a service')
    .option('--except <namespace>', 'not asked about, for example kube-system; may be repeated', repeated)
    .action(async ({ ca, url, except = [], ...where }: ManifestOptions) => {
      const pem = await text(ca);
      await cli.output.json(webhookConfiguration({ ...where, ca: pem, except, ...(url === undefined ? {} : { url }) }));
    });
}

async function serveWebhook(cli: CommandLine, options: WebhookOptions): Promise<void> {
  const { host, port, stage, stageOf = [] } = options;
  const client = openServer(options);
  const stages = new Map(
    stageOf.map((text) => {
      const [namespace = '', name = ''] = text.split('=');
      if (namespace === '' || name === '')
        throw new FirebreakError('FB-USAGE', '--stage-of wants <namespace>=<stage>.');
      return [namespace, name];
    }),
  );
  const [cert, key] = await Promise.all([text(options.cert), text(options.key)]);
  const server = await admissionServer({ host, port, cert, key }, async ({ environment, ...question }) => {
    const { decision } = await client.call(
      'decidePromotion',
      {
        body: {
          ...question,
          attestations: [...question.attestations],
          environment,
          stage: stages.get(environment) ?? stage,
          face: 'admission',
        },
      },
      AbortSignal.timeout(answerMs),
    );
    return decision;
  });
  cli.output.note(show`The webhook answers at ${server.address}/admission`);
  try {
    await interruptible(
      cli.terminal,
      (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    );
  } finally {
    await server.close();
  }
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `${path} cannot be read.`, { cause });
  });
}
