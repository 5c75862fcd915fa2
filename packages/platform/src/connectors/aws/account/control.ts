/**
 * Changing an account, and trying what was changed: one command at a time, through the clients that reading uses. What must
 * stay true:
 *
 * - a write leaves at most once: the SDK's own repetition is off, because whoever asked must know what may have happened;
 * - how a command ended is data, and `sent` says whether AWS may have seen it;
 * - a failure is of this command alone: nothing is remembered, since an incident outlives a throttled minute;
 * - what AWS said in words is looked at for one thing only (an explicit deny), and not repeated.
 */
import { type Foreign, text, textAt } from '../../../intake/foreign.ts';
import { type FailureKind, type Service, services } from './calls.ts';
import {
  type Credential,
  defaultLimits,
  type LiveOptions,
  openClient,
  type SdkClient,
  type SdkModule,
} from './client.ts';
import { failureOf } from './failure.ts';
import { join, plain } from './live.ts';

export interface Command {
  readonly service: Service;
  /** As the API names it: `PutRolePolicy`. */
  readonly operation: string;
  /** Undefined for what is not of one region. */
  readonly region: string | undefined;
  readonly input: Foreign;
}

/** `conflict`: it is not in the state that the command needs, or somebody else is at it. `quota`: there is no room for it. */
export type CommandFailure = FailureKind | 'conflict' | 'quota';

export type Reply =
  | { readonly ok: true; readonly value: Foreign /** AWS's clock at the answer, ISO 8601. */; readonly at: string }
  | {
      readonly ok: false;
      readonly failure: CommandFailure;
      /** One sentence without foreign text. */
      readonly reason: string;
      /** Whether AWS may have seen it. */
      readonly sent: boolean;
      /** The name of AWS's error, such as `InvalidClientTokenId`; a name and nothing else. */
      readonly error: string;
      /** Whether AWS says that some policy denies it in so many words. */
      readonly explicit: boolean;
    };

export interface Control {
  /** An answer with all its pages, patiently. */
  read(command: Command, signal: AbortSignal): Promise<Reply>;
  /** One request, at most once. */
  write(command: Command, signal: AbortSignal): Promise<Reply>;
  /** The same account as somebody else, one request at a time. */
  as(credential: Credential): Control;
  /** Without any credential: requests go out unsigned. */
  nobody(): Control;
  close(): void;
}

/** Patience of a read. A write has one try. */
const readAttempts = 3;
const maxPages = 50;
const timeoutMs = 10_000;

export function openControl(options: LiveOptions): Control {
  const clients = new Map<string, Promise<{ client: SdkClient; module: SdkModule }>>();
  const others = new Map<string, Control>();
  const isOurs = options.credentials === undefined && options.anonymous !== true;
  let clock = '';

  const clientOf = (service: Service, region: string | undefined, attempts: number) => {
    const where = region ?? options.regions[0];
    const key = `${service} ${where ?? ''} ${attempts}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const limits = { ...defaultLimits, timeoutMs, ...options.limits, attempts };
    const opened = openClient(service, where, options, limits).then((made) => {
      made.client.middlewareStack.add(noteClock, { step: 'deserialize', priority: 'low', name: 'noteClock' });
      return made;
    });
    clients.set(key, opened);
    return opened;
  };

  /** Our own clock may be wrong; the one that dates sessions is AWS's. */
  const noteClock =
    (next: (args: unknown) => Promise<{ response: { headers?: Record<string, string> } }>) => async (args: unknown) => {
      const result = await next(args);
      const told = new Date(result.response.headers?.date ?? '');
      clock = (Number.isNaN(told.getTime()) ? new Date() : told).toISOString();
      return result;
    };

  async function run(command: Command, signal: AbortSignal, attempts: number, pages: number): Promise<Reply> {
    const { service, operation, region, input } = command;
    const [sent, received] = services[service].token;
    const whole: Record<string, unknown> = {};
    try {
      const { client, module } = await clientOf(service, region, attempts);
      const Command = module[`${operation}Command`] as new (input: unknown) => unknown;
      let token: string | undefined;
      for (let page = 0; page < pages; page += 1) {
        const asked = { ...input, ...(token === undefined ? {} : { [sent]: token }) };
        const answer = plain(await client.send(new Command(asked), { abortSignal: signal }));
        join(whole, answer);
        token = pages === 1 ? undefined : text(answer[received]);
        if (token === undefined || token === '') return { ok: true, value: whole, at: clock };
      }
      return {
        ok: false,
        failure: 'endless',
        reason: 'The listing does not end.',
        sent: true,
        error: '',
        explicit: false,
      };
    } catch (error) {
      signal.throwIfAborted();
      return replyOf(error);
    }
  }

  function beside(who: Pick<LiveOptions, 'credentials' | 'anonymous'>): Control {
    const key = JSON.stringify(who.credentials ?? null);
    const known = others.get(key);
    if (known !== undefined) return known;
    const { profile: _, ...rest } = options;
    const other = openControl({ ...rest, ...who });
    others.set(key, other);
    return other;
  }

  return {
    read: (command, signal) => run(command, signal, isOurs ? readAttempts : 1, maxPages),
    write: (command, signal) => run(command, signal, 1, 1),
    as: (credentials) => beside({ credentials }),
    nobody: () => beside({ anonymous: true }),
    close() {
      for (const other of others.values()) other.close();
      for (const opened of clients.values()) void opened.then(({ client }) => client.destroy());
      clients.clear();
    },
  };
}

const conflict =
  /^(ConcurrentModification|PreconditionFailed|ResourceConflict|ConflictException|ResourceInUse|OperationAborted|EntityTemporarilyUnmodifiable|DeleteConflict|DependencyViolation|EntityAlreadyExists|ResourceAlreadyExists|InvalidGroup\.Duplicate|InvalidPermission\.Duplicate|InvalidGroup\.InUse)/;
const quota =
  /^(LimitExceeded|ServiceQuotaExceeded|ServiceLimitExceeded|ResourceLimitExceeded|RulesPerSecurityGroupLimit)/;
/** Failures of our own side, before anything left. */
const unsentCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const unsentNames = /^(CredentialsProviderError|TokenProviderError)/;

function replyOf(error: unknown): Reply {
  const name = text(Object(error).name) ?? '';
  const known = /^[\w.]{1,80}$/.test(name) ? name : '';
  const sent = !unsentNames.test(name) && !unsentCodes.has(textAt({ code: Object(error).code }, 'code') ?? '');
  const explicit = /explicit deny/i.test((text(Object(error).message) ?? '').slice(0, 4000));
  const base = { ok: false, sent, error: known, explicit } as const;
  if (conflict.test(name))
    return { ...base, failure: 'conflict', reason: 'It is not in the state that this needs, or is being changed.' };
  if (quota.test(name)) return { ...base, failure: 'quota', reason: 'A quota of the account leaves no room for it.' };
  const { failure, reason } = failureOf(error);
  return { ...base, failure, reason: `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}` };
}
