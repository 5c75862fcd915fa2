import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const coverage = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    state: z.enum(['works', 'partly', 'not yet']),
    note: z.string(),
    /** Tests that show it, from the root of the repository. */
    shown: z.array(z.string()),
  }),
);

/** `docs/coverage.md` from `content/coverage.json`. @throws Error when a row names a test that is not there, or claims without one. */
export function coverageDocument(): string {
  const root = new URL('../../', import.meta.url);
  const rows = coverage.parse(JSON.parse(readFileSync(new URL('content/coverage.json', root), 'utf8')));
  for (const { id, state, shown } of rows) {
    const missing = shown.find((path) => !existsSync(new URL(path, root)));
    if (missing !== undefined) throw new Error(`coverage of ${id} names ${missing}, which is not there`);
    if (state !== 'not yet' && shown.length === 0)
      throw new Error(`coverage of ${id} claims "${state}" and names no test`);
  }
  const lines = rows.map(({ id, title, state, note, shown }) => {
    const tests = shown.map((path) => `[${path.split('/').at(-1)}](../${path})`).join(', ');
    return `| ${id} | ${title} | ${state} | ${note} | ${tests} |`;
  });
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  return `# What works

Generated from \`content/coverage.json\` by \`npm run docs\`. A row *works* when it can be done by command line, HTTP and, where
people would rather look than read, the console, against a real counterpart, and a test shows it. ${count('works')} of ${rows.length} work, ${count('partly')} partly.

| id | capability | state | what is there | shown by |
|---|---|---|---|---|
${lines.join('\n')}
`;
}
