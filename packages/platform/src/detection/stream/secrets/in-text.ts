/**
 * Secrets in every event: in what models and tools are told and say, and in the texts of all other logs. What is found is never kept, not here and not in what is said about it: only which
 * kind, where, and three bytes of its digest, which tell a secret that comes again with every turn of a conversation from a new one,
 * and are too few to try guesses on. Items to be rotated are made of the event itself (`secrets/rotation.ts`).
 */
import type { Detected, NormalEvent, SeenEvent, StreamDetector } from '@firebreak/contract';
import { eventFormats } from '../../../events/formats/index.ts';
import { field } from '../../../intake/foreign.ts';
import { sha256Hex } from '../../../kernel/digest.ts';
import { shippedSecretSearches } from '../../secrets/index.ts';
import { openedBy, openedByRedacted } from '../../secrets/opened-by.ts';
import { secretsDetector } from '../../secrets/rotation.ts';
import { type SecretInEvent, secretsInEvent } from '../../secrets/secrets-in-event.ts';

const mostRemembered = 50_000;
const mostOfAnEvent = 20;

function start(state?: unknown) {
  const known = field(state, 'version') === 1 ? field(state, 'seen') : undefined;
  const seen = new Set(Array.isArray(known) ? known.filter((each) => typeof each === 'string') : []);
  let dropped = 0;

  function isNew(key: string): boolean {
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

  function see({ event, raw, rawText }: SeenEvent): Iterable<Detected> {
    const secrets = secretsInEvent(event, raw, shippedSecretSearches(), rawText);
    return secrets.length === 0 ? [] : told(event, secrets);
  }

  function* told(event: NormalEvent, secrets: readonly SecretInEvent[]): Generator<Detected> {
    const session = event.actor.session ?? event.actor.id ?? event.actor.name;
    let yielded = 0;
    for (const { rule, path, start: from, end, is } of secrets) {
      const digest = 'secret' in is ? sha256Hex(is.secret) : is.digest;
      const key = `${rule.id} ${digest.slice(0, 6)} ${session}`;
      if (yielded === mostOfAnEvent || !isNew(key)) continue;
      yielded += 1;
      yield {
        group: key,
        events: [event],
        note: `${rule.description} in ${path}, characters ${from}–${end}`,
        severity: rule.generic ? 'medium' : 'high',
        about: 'secret' in is ? openedBy(is.secret) : openedByRedacted(event, is.digest),
      };
    }
  }

  return {
    see,
    advance: () => [],
    state: () => ({ version: 1, seen: [...seen] }),
    forgotten: () =>
      dropped === 0 ? [] : [`${dropped} secrets were forgotten; if they come again, they are told again`],
  };
}

export default {
  id: secretsDetector,
  status: 'stable',
  severity: 'high',
  title: 'A secret stands in a log',
  needs: eventFormats.map(({ id }) => id),
  techniques: ['attack.t1552', 'atlas.aml.t0057', 'llm02.2025', 'nhi.nhi2'],
  explain: {
    what: 'A prompt, an answer, a tool call or another logged text holds a credential.',
    why: 'Prompts and logs are traced, cached and sent to vendors: whoever reads one of them has the credential, and can use it from anywhere.',
    next: 'Rotate it (`firebreak rotation`), see who used it since, and find out how it came into the text.',
  },
  falsePositives: [
    'Examples in documentation that do not look like examples.',
    'Tests with keys that were made for them.',
  ],
  concerns: ({ event, raw, rawText }) => secretsInEvent(event, raw, shippedSecretSearches(), rawText).length > 0,
  start,
} satisfies StreamDetector;
