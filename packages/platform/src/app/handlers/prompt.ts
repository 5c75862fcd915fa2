import { shippedPromptJudge } from '../../detection/prompt/index.ts';
import type { Handlers } from '../../http/handlers.ts';

/** A gateway asks about a text before a model reads it. Nothing of it is kept. */
export function promptHandlers(): Pick<Handlers, 'scanPrompt'> {
  return { scanPrompt: async ({ body }) => shippedPromptJudge().judge(body.text, body.origin) };
}
