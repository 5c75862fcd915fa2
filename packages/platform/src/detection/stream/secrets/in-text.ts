/**
 * Secrets in what models and tools are told and say. What is found is never kept, not here and not in what is said about it: only which
 * kind, where, and three bytes of its digest, which tell a secret that comes again with every turn of a conversation from a new one,
 * and are too few to try guesses on. Items to be rotated are made of the event itself (`secrets/rotation.ts`).
 */
import type { Detected, SeenEvent, StreamDetector } from '@firebreak/contract';
import { field } from '../../../intake/foreign.ts';
import { sha256Hex } from '../../../kernel/digest.ts';
import { shippedSecretSearch } from '../../secrets/index.ts';
import { openedBy } from '../../secrets/opened-by.ts';
import { secretsDetector } from '../../secrets/rotation.ts';
import { saidTexts } from '../../secrets/said-texts.ts';

const mostRemembered = 50_000;
const mostOfAnEvent = 20;

function start(state?: unknown) {
  const told = field(state, 'version') === 1 ? field(state, 'seen') : undefined;
  const seen = new Set(Array.isArray(told) ? told.filter((each) => typeof each === 'string') : []);
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

  function* see({ event, raw }: SeenEvent): Generator<Detected> {
    const session = event.actor.session ?? event.actor.id ?? event.actor.name;
    let yielded = 0;
    for (const { text, path } of saidTexts(raw))
      for (const { rule, start: from, end, secret } of shippedSecretSearch().find(text).found) {
        const key = `${rule.id} ${sha256Hex(secret).slice(0, 6)} ${session}`;
        if (yielded === mostOfAnEvent || !isNew(key)) continue;
        yielded += 1;
        yield {
          group: key,
          events: [event],
          note: `${rule.description} in ${path}, characters ${from}–${end}`,
          severity: rule.generic ? 'medium' : 'high',
          about: openedBy(secret),
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
  title: 'A secret stands in a prompt, an answer or a tool call',
  needs: ['otlp-spans', 'otlp-logs', 'litellm', 'bedrock-invocation'],
  techniques: ['attack.t1552', 'atlas.aml.t0057', 'llm02.2025', 'nhi.nhi2'],
  explain: {
    what: 'Text that a model or a tool was given, or gave back, holds a credential.',
    why: 'Prompts are logged, traced, cached and sent to vendors: whoever reads one of them has the credential, and can use it from anywhere.',
    next: 'Rotate it (`firebreak rotation`), see who used it since, and find out how it came into the text.',
  },
  falsePositives: [
    'Examples in documentation that do not look like examples.',
    'Tests with keys that were made for them.',
  ],
  start,
} satisfies StreamDetector;
