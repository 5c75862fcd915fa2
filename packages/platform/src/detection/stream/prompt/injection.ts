/**
 * Instructions in what a model was given to read. Each text is judged once for a session: agents send the whole conversation again with
 * every turn. What a tool answered or retrieval brought may give no orders, so there the whole judge is asked; a user may give orders,
 * and only breaking out of the rules counts. What operators (`system`) and the model wrote is not looked at.
 *
 * What it remembers of a text is a part of its digest, never the text.
 */
import type { Detected, PromptOrigin, PromptVerdict, SeenEvent, StreamDetector } from '@firebreak/contract';
import { type PromptText, promptTextOf } from '../../../events/prompt-text.ts';
import { field } from '../../../intake/foreign.ts';
import { sha256Hex } from '../../../kernel/digest.ts';
import { shippedPromptJudge } from '../../prompt/index.ts';

const mostRemembered = 50_000;
const mostSaid = 3;
const origins: Readonly<Partial<Record<PromptText['role'], PromptOrigin>>> = {
  user: 'user',
  tool: 'tool',
  document: 'retrieved',
};

function start(state?: unknown) {
  const told = field(state, 'version') === 1 ? field(state, 'seen') : undefined;
  const seen = new Set(Array.isArray(told) ? told.filter((each) => typeof each === 'string') : []);
  let dropped = 0;

  function isNew(session: string, text: string): boolean {
    const key = sha256Hex(`${session} ${text}`).slice(0, 16);
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > mostRemembered)
      for (const oldest of seen) {
        seen.delete(oldest);
        dropped += 1;
        break;
      }
    return true;
  }

  function* see({ event, raw }: SeenEvent): Generator<Detected> {
    const session = event.actor.session ?? event.actor.id ?? event.actor.name;
    for (const { role, text, where } of promptTextOf(raw)) {
      const origin = origins[role];
      if (origin === undefined || !isNew(session, text)) continue;
      const verdict = shippedPromptJudge().judge(text, origin);
      if (verdict.verdict !== 'injection') continue;
      yield {
        group: `${session} ${sha256Hex(text).slice(0, 16)}`,
        events: [event],
        note: noteOf(verdict, role, where),
        severity: origin === 'user' ? 'medium' : 'high',
        about: event.actor.id === undefined ? [] : [event.actor.id],
      };
    }
  }

  return {
    see,
    advance: () => [],
    state: () => ({ version: 1, seen: [...seen] }),
    forgotten: () =>
      dropped === 0 ? [] : [`${dropped} texts were forgotten; if they come again, they are judged again`],
  };
}

/** Where, why and how sure; of the text itself nothing: it may hold what nobody should read again. */
function noteOf({ score, signals, truncated }: PromptVerdict, role: string, where: string): string {
  const said = signals
    .slice(0, mostSaid)
    .map(
      ({ rule, title, form, start, end }) =>
        `${title} (${rule}${form === 'plain' ? '' : `, ${form}`}, ${start}–${end})`,
    );
  return `In what the ${role} said (${where}), score ${score}: ${said.join('; ')}${truncated ? '; the text was longer than is looked at' : ''}`;
}

export default {
  id: 'prompt/injection',
  status: 'stable',
  severity: 'high',
  title: 'A model was given text with injected instructions',
  needs: ['otlp-spans', 'otlp-logs', 'litellm', 'bedrock-invocation'],
  techniques: ['atlas.aml.t0051', 'llm01.2025', 'asi.asi01'],
  explain: {
    what: 'Text that a model read (a document, a mail, an answer of a tool, or a message) tries to give it other instructions.',
    why: 'A model cannot tell instructions from data: whoever can write what it reads can make its agent act with all that the agent may do.',
    next: 'See what the agent did after this event, by session; find out who can write the source that the text came from; take away the tools that the task does not need.',
  },
  falsePositives: [
    'Texts about prompt injection: papers, tickets, tests of this very detector.',
    'Forms and manuals that tell a reader what to write in an answer.',
  ],
  start,
} satisfies StreamDetector;
