/** One request a message, of a form that the team writes: for ticketing systems, chat and SOAR. */
import type { Message, Outlet, OutletOf } from '../outlet.ts';
import { post } from '../post.ts';

export default (config: OutletOf<'ticket'>, address: string | undefined): Outlet => ({
  async tell(message, signal) {
    if (config.once && message.opens === false) return { is: 'told' };
    const body = JSON.stringify(filled(config.body, wordsOf(message, address)));
    return post({ ...config, body }, { 'x-firebreak-delivery': message.id }, signal);
  },
  close: async () => {},
});

function wordsOf({ title, text, severity, id, incident, at }: Message, address: string | undefined) {
  const link = address === undefined || incident === null ? '' : new URL(`/incidents/${incident}`, address).href;
  return new Map(Object.entries({ title, text, severity, id, incident: incident ?? '', at, link }));
}

/** Texts are filled in as values, so that nothing of them can become structure. */
function filled(part: unknown, words: ReadonlyMap<string, string>): unknown {
  if (typeof part === 'string')
    return part.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => words.get(name) ?? whole);
  if (Array.isArray(part)) return part.map((each) => filled(each, words));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, filled(each, words)]));
}
