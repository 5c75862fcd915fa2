/**
 * What is to be cut out of events before they are kept, as people write it: a file of YAML, as data. Anything in it that is not
 * understood refuses the whole file: a rule that is silently passed over would keep what it was to cut out.
 */
import { FirebreakError } from '@firebreak/contract';
import { RE2JS } from 're2js';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import { kindName } from './placeholder.ts';

const kind = z.string().regex(kindName, 'not a name of small letters, digits and dashes');
const formats = z.array(z.string().min(1).max(100)).min(1).optional();
/** `a.b.*`: a star is any name, lists on the way are looked into. */
const path = z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, 'not a path such as request.body.password');
const longestPattern = 2000;

const ruleSchema = z.union([
  z.strictObject({ preset: z.enum(['secrets', 'email', 'card']), formats }),
  z.strictObject({
    kind,
    pattern: z.string().min(1).max(longestPattern).refine(compiles, 'not an expression of RE2'),
    /** Of the expression, the part that is cut out; all of the match when absent. */
    group: z.number().int().min(0).max(50).default(0),
    formats,
  }),
  z.strictObject({ kind, fields: z.array(path).min(1).max(1000), formats }),
]);
const redactionSchema = z.strictObject({
  redact: z.array(ruleSchema).min(1).max(200),
  /** Fields in which nothing is cut out. */
  keep: z.array(path).max(1000).default([]),
});
/** Plain data: it goes to other threads. */
export type RedactionSpec = z.infer<typeof redactionSchema>;
export type RedactionRule = RedactionSpec['redact'][number];

const mostBytes = 1 << 20;

/** @param file its name, for people. @throws FirebreakError FB-USAGE with what is wrong in it */
export function readRedaction(file: string, text: string): RedactionSpec {
  const refused = (why: string) => new FirebreakError('FB-USAGE', `${printable(file)}: ${printable(why)}`);
  if (text.length > mostBytes) throw refused('it is too long.');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw refused(error.message.split('\n', 1)[0] ?? 'it is no YAML.');
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refused('aliases are not understood.');
  }
  const read = redactionSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refused(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not understood.'}`);
}

function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}
