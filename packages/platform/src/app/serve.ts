/** `firebreak serve`: server and console on loopback, with the demo estate or a real cluster. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { ServeOptions } from '../cli/world.ts';
import { mustBeDescribed } from '../events/declared/declared-formats.ts';
import { Authenticator } from '../http/authenticate.ts';
import { buildServer } from '../http/server.ts';
import { caseDesk, outlineOf } from './case-desk.ts';
import { ColdKeeper } from './cold-keeper.ts';
import { type ColumnKeeper, openColumnKeeper } from './column-keeper.ts';
import { playDemoDay } from './demo-day.ts';
import { lineOf } from './event-bus.ts';
import { planIncident } from './handlers/containment.ts';
import { handlersOf } from './handlers/index.ts';
import { NatsIntake } from './nats-intake.ts';
import { openOutStation, readOutlets } from './out-station.ts';
import { ReAudit } from './recovery/re-audit.ts';
import { readRedactionFile } from './redaction-file.ts';
import { readParties, setParties, VouchingRounds } from './second-parties.ts';
import { openStation, type Station } from './station.ts';
import { openDemo, openTarget } from './targets.ts';
import { version } from './version.ts';
import { secretNamed, webhookSecrets } from './webhook-secrets.ts';

/** What the demo's incident starts from, see content/demo-estate. */
const demo = {
  title: 'A serving account is abused and the cluster delivers payloads',
  compromised: 'kubernetes:ServiceAccount/ml-serving/predictor-runner',
};

const builtVerifier = fileURLToPath(new URL('../../../verifier/dist/firebreak-verifier.html', import.meta.url));

/** Runs until the signal aborts. */
export async function serve(options: ServeOptions): Promise<void> {
  const { signal } = options;
  const logger = pino(
    { level: process.env.FIREBREAK_LOG ?? 'warn', redact: ['req.headers.authorization', 'req.headers.cookie'] },
    pino.destination(2),
  );
  mustBeDescribed();
  const webhooks = await webhookSecrets(options.webhooks);
  const parties = await readParties(options.parties);
  const scrapeToken =
    options.metricsToken === undefined ? undefined : await secretNamed('--metrics-token', options.metricsToken);
  const target = options.sources.length === 0 ? await openDemo(signal) : await openTarget(options.sources, signal);
  const outlets = options.outlets === undefined ? undefined : await readOutlets(options.outlets);
  const opened = await openStation({
    data: options.data,
    database: options.database,
    target,
    policies: options.policies,
    redaction: options.redact === undefined ? undefined : await readRedactionFile(options.redact),
    evidence: options.evidence,
    remote: true,
    line: options.bus === undefined ? undefined : lineOf(options.bus),
    holdBack: options.holdBack,
    watch: {
      rules: options.rules,
      onRefused: ({ code, file, line, reason }) => logger.warn({ code, file, line }, `rule refused: ${reason}`),
    },
    onTrouble: (error) => logger.error(error),
  });
  const { storage, clock } = opened;
  const out =
    outlets === undefined
      ? undefined
      : openOutStation(outlets, {
          storage,
          desk: {
            detection: (id) => caseDesk(opened).detection(id),
            outline: (id) => outlineOf(opened, id),
          },
          clock,
        });
  const station: Station = out === undefined ? opened : { ...opened, outlets: out };
  const told = (error: unknown) => logger.error(error);
  let cold: ColdKeeper | undefined;
  let columns: ColumnKeeper | undefined;
  let bus: NatsIntake | undefined;
  let rounds: VouchingRounds | undefined;
  let reAudit: ReAudit | undefined;
  try {
    const authenticator = new Authenticator(station.storage.authStore, station.clock);
    const { app, events } = await buildServer({
      handlers: handlersOf(station, authenticator),
      authenticator,
      logger,
      version,
      hosts: options.hosts,
      webhooks,
      admit: (bytes) => station.intake.admit(bytes),
      scrapeToken,
      verifierPage: existsSync(builtVerifier) ? builtVerifier : undefined,
      console:
        options.console !== undefined && existsSync(join(options.console, 'index.html')) ? options.console : undefined,
    });
    const unlisten = await station.storage.listen(
      (event) => {
        events.send(event);
        out?.wake();
      },
      () => events.send({ type: 'missed', incident: null }),
    );
    await prepare(station, options, signal);
    station.field?.runner.work();
    station.canaries.work();
    void station.field?.holder
      .follow(signal, () => {
        events.send({ type: 'estate.changed', incident: null });
        station.field?.runner.changed();
      })
      .catch((error: unknown) => logger.error(error, 'the cluster is no longer followed; collect by hand'));
    columns = openColumnKeeper(station.storage.url, told);
    cold = new ColdKeeper({ ...station, ...options, keepDays: options.keepDays, onTrouble: told });
    if (parties !== undefined) await setParties(station, parties);
    rounds = new VouchingRounds(station, told);
    reAudit = new ReAudit(station, told);
    if (options.bus !== undefined)
      bus = await NatsIntake.open({ ...options.bus, line: station.intake, onTrouble: told });
    const address = await app.listen({ host: options.host, port: options.port });
    const { secret } = await authenticator.invite(null, 'admin', 'serve');
    const signInLink = `${address}/sign-in#link=${secret}`;
    await writeFile(join(options.data, 'server.json'), JSON.stringify({ address, pid: process.pid }), { mode: 0o600 });
    options.onReady({ address, signInLink, notes: station.storage.notes });
    await Promise.race([aborted(signal), station.storage.lost.then((reason) => Promise.reject(new Error(reason)))]);
    await unlisten();
    await app.close();
  } finally {
    await bus?.close();
    await reAudit?.close();
    await rounds?.close();
    await columns?.close();
    await cold?.close();
    await out?.close();
    await station.close();
  }
}

/** Collects once, so that the first page has something to show, and opens the demo's incident on a new data directory. */
async function prepare(station: Station, options: ServeOptions, signal: AbortSignal): Promise<void> {
  await station.field?.holder.current(signal);
  if (options.sources.length > 0 || (await station.incidents.list()).length > 0) return;
  const { id } = await station.incidents.open({
    title: demo.title,
    compromised: [demo.compromised],
    protect: 'default',
    by: 'demo',
  });
  await planIncident(station, id, 'demo', signal);
  if (options.playDay) await playDemoDay(station, signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
