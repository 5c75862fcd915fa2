import type { Command, CommandFailure, Control, Reply } from '../../account/control.ts';
import type { AwsSession } from '../../session.ts';

/** What happens to the nth write (from 0): it never leaves, or it is carried out and the answer is lost. */
export interface Interruption {
  readonly at: number;
  readonly how: 'never-left' | 'answer-lost';
}

type Live = AwsSession & { readonly control: Control };

/** A session that notes every write and may break at one of them. A question of who we are, or a trial, is no write. */
export function observe(
  session: Live,
  interruption?: Interruption,
): { readonly session: Live; readonly sent: Command[] } {
  const sent: Command[] = [];
  return {
    sent,
    session: writing(session, async (command, carryOut) => {
      const breaks = interruption !== undefined && sent.length === interruption.at;
      sent.push(command);
      if (breaks && interruption.how === 'never-left') return failed('unreachable', false);
      const reply = await carryOut();
      return breaks ? failed('timeout', true) : reply;
    }),
  };
}

/** A session in which every write fails in one way without being carried out. */
export function failing(session: Live, failure: CommandFailure, sent: boolean): Live {
  return writing(session, async () => failed(failure, sent));
}

function writing(session: Live, on: (command: Command, carryOut: () => Promise<Reply>) => Promise<Reply>): Live {
  const { control } = session;
  const noWrite = new Set(['GetCallerIdentity', 'InitiateLayerUpload']);
  return {
    ...session,
    control: {
      ...control,
      write: (command, signal) =>
        noWrite.has(command.operation)
          ? control.write(command, signal)
          : on(command, () => control.write(command, signal)),
    },
  };
}

function failed(failure: CommandFailure, sent: boolean): Reply {
  return { ok: false, failure, reason: 'Broken off by the test.', sent, error: '', explicit: false };
}
