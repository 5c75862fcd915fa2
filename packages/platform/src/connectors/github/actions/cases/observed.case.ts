import type {
  CommandFailure,
  CommandFailureKind,
  CommandReply,
  HttpCommand,
} from '../../../../exchange/http-command.ts';
import type { GithubSession } from '../../session.ts';

/** What happens to the nth write (from 0): it never leaves, or it is carried out and the answer is lost. */
export interface Interruption {
  readonly at: number;
  readonly how: 'never-left' | 'answer-lost';
}

/** A session that notes every write and may break at one of them. A trial of a probe is no write. */
export function observe(
  session: GithubSession,
  interruption?: Interruption,
): { readonly session: GithubSession; readonly sent: HttpCommand[] } {
  const sent: HttpCommand[] = [];
  const through = writing(session, async (command, carryOut) => {
    const breaks = interruption !== undefined && sent.length === interruption.at;
    sent.push(command);
    if (breaks && interruption.how === 'never-left') return failed('unreachable', false);
    const reply = await carryOut();
    return breaks ? failed('timeout', true) : reply;
  });
  return { sent, session: through };
}

/** A session in which every write fails in one way without being carried out. */
export function failing(session: GithubSession, failure: CommandFailureKind, sent: boolean): GithubSession {
  return writing(session, async () => failed(failure, sent));
}

function writing(
  session: GithubSession,
  on: (command: HttpCommand, carryOut: () => Promise<CommandReply>) => Promise<CommandReply>,
): GithubSession {
  const { control } = session;
  if (control === undefined) throw new Error('a live session has a control');
  return {
    ...session,
    control: {
      ...control,
      send: (command, signal, as) => {
        const carryOut = () => control.send(command, signal, as);
        const isTrial = /\/(dispatches|access_tokens)$/.test(command.path);
        return command.method === 'GET' || isTrial ? carryOut() : on(command, carryOut);
      },
    },
  };
}

function failed(failure: CommandFailureKind, sent: boolean): CommandFailure {
  const reason = 'Broken off by the test.';
  return { ok: false, failure, reason, sent, header: () => undefined, body: Buffer.alloc(0) };
}
