/**
 * The form of a declared lever. It is a program that a team hands to whoever pulls levers for it, so it is kept so small that reading it
 * is enough to know what it does:
 *
 * - one request or one program for each of do, undo, read and probe; no shell, no loop, no branch;
 * - what varies is named in `parameters`, comes from the node that the lever is pulled on, and is put in as data: encoded in an address, a
 *   value of its own in a body or an argument list;
 * - secrets are references to the environment or to files, never texts;
 * - nothing is followed, repeated or unbounded.
 *
 * A definition without `undo` says why.
 */
import { isAbsolute } from 'node:path';
import { declaredParameter, declaredSever, declaredStages } from '@firebreak/contract';
import { z } from 'zod';
import { secretReference } from '../../../intake/secret-reference.ts';
import { isPointer } from './pointer.ts';

const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');
const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,62}$/, 'not a name');
const pointer = z.string().max(512).refine(isPointer, 'not a JSON pointer (RFC 6901)');
const absolute = z.string().max(1024).refine(isAbsolute, 'not an absolute path');
const json = z.json().refine((value) => JSON.stringify(value).length <= 65_536, 'larger than 64 KiB');

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'not a header');
/** Decided by the request itself, or by nobody. */
const ownHeaders = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'trailer']);
const before = z.strictObject({ $before: pointer });

const bounds = {
  timeoutSeconds: z.number().int().min(1).max(20).default(10),
  maxBytes: z
    .number()
    .int()
    .min(1)
    .max(1024 * 1024)
    .default(256 * 1024),
};

const http = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: z
      .string()
      .max(2048)
      .regex(
        /^https?:\/\/[^/${}@\s]+(\/[^\s]*)?$/,
        'not an address whose server is fixed and which holds no credentials',
      ),
    headers: z.record(headerName, z.union([oneLine(1024), secretReference, before])).default({}),
    json: json.optional(),
    form: z.record(z.string().max(256), z.union([z.string().max(4096), secretReference])).optional(),
    ca: absolute.optional(),
    /** `http:` to another machine is refused without it. */
    plain: z.boolean().default(false),
    ...bounds,
  })
  .refine(({ json: body, form }) => body === undefined || form === undefined, 'has two bodies')
  .refine(({ headers }) => Object.keys(headers).every((each) => !ownHeaders.has(each.toLowerCase())), {
    message: 'a header that is not ours to set',
    path: ['headers'],
  });
export type HttpCall = z.infer<typeof http>;

/** Programs that take a program as text: with them, an argument would be code. */
const shells =
  /^(ba|da|z|k|mk|c|tc|fi|a|pw)?sh(\.exe)?$|^(env|busybox|toybox|xargs|sudo|su|cmd|cmd\.exe|powershell(\.exe)?)$/;
const command = z.strictObject({
  run: absolute.refine(
    (path) => !shells.test(path.slice(path.lastIndexOf('/') + 1)),
    'a shell, or a program that starts others',
  ),
  args: z
    .array(z.union([z.string().max(4096), before]))
    .max(64)
    .default([]),
  stdin: json.optional(),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'not a variable'),
      z.union([z.string().max(4096), secretReference]),
    )
    .default({}),
  cwd: absolute.default('/'),
  ...bounds,
});
export type CommandCall = z.infer<typeof command>;

const isOneCall = ({ http: one, command: other }: { http?: unknown; command?: unknown }) =>
  (one === undefined) !== (other === undefined);
const call = { http: http.optional(), command: command.optional() };
const oneCall = 'needs either http or command';

const comparison = z
  .strictObject({
    at: pointer,
    is: json.optional(),
    isNot: json.optional(),
    missing: z.boolean().optional(),
  })
  .refine(
    ({ is, isNot, missing }) => [is, isNot, missing].filter((each) => each !== undefined).length === 1,
    'needs exactly one of is, isNot and missing',
  );
export type Comparison = z.infer<typeof comparison>;

const ends = {
  /** Statuses of http. */
  status: z.array(z.number().int().min(100).max(599)).optional(),
  /** Exit codes of a command. */
  exit: z.array(z.number().int().min(0).max(255)).optional(),
};
/** Over `{status, headers, body}` of http, `{exit, output}` of a command. */
const expectation = z.strictObject({ ...ends, answer: z.array(comparison).max(32).default([]) });
export type Expectation = z.infer<typeof expectation>;

const change = z.strictObject({ ...call, expect: expectation.default({ answer: [] }) }).refine(isOneCall, oneCall);
export type ChangeCall = z.infer<typeof change>;

const reading = z
  .strictObject({
    ...call,
    /** Such an answer means that the thing is not there. */
    absent: z.strictObject(ends).default({}),
    /** What of the answer is the state: name → pointer. */
    state: z.record(name, pointer).refine((state) => Object.keys(state).length > 0, 'is empty'),
  })
  .refine(isOneCall, oneCall)
  .refine(({ http: asked }) => asked === undefined || ['GET', 'HEAD', 'POST'].includes(asked.method), {
    message: 'reading is done by GET, HEAD or POST',
    path: ['http', 'method'],
  });
export type ReadCall = z.infer<typeof reading>;

const probe = z
  .strictObject({
    what: oneLine(200),
    ...call,
    /** Such an answer means that the attacker does not get through. */ holds: expectation,
  })
  .refine(isOneCall, oneCall)
  .refine(
    ({ holds }) => holds.status !== undefined || holds.exit !== undefined || holds.answer.length > 0,
    'says nothing of what must hold',
  );
export type ProbeCall = z.infer<typeof probe>;

export const definitionSchema = z
  .strictObject({
    apiVersion: z.literal('firebreak.dev/v1'),
    kind: z.literal('Lever'),
    id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'not a name of a lever'),
    title: oneLine(200),
    stage: z.enum(declaredStages),
    /** A selector (docs/query.md, terms): the nodes that it can be pulled on. */
    target: oneLine(1024),
    severs: z.array(declaredSever).min(1).max(64),
    parameters: z
      .record(
        name,
        declaredParameter.refine(
          (from) => [from.from, from.label, from.value].filter((each) => each !== undefined).length === 1,
          'needs exactly one of from, label and value',
        ),
      )
      .default({}),
    shown: z.enum(['collector', 'declaration']).default('collector'),
    cost: z.number().positive().max(1000),
    interrupts: z
      .array(z.strictObject({ what: oneLine(400), weight: z.number().nonnegative().max(1000) }))
      .max(32)
      .default([]),
    takes: z.number().positive().max(86_400).optional(),
    drastic: z.boolean().default(false),
    permissions: z.array(oneLine(400)).min(1, 'must say what right its credential needs').max(32),
    do: change,
    undo: change.optional(),
    because: oneLine(400).optional(),
    read: reading,
    inEffect: z.array(comparison).min(1).max(32),
    /** Whether it also holds when the thing is not there. */
    absentIsInEffect: z.boolean().default(false),
    /** What must hold after undo; that the state is as it was read before, when absent. */
    restored: z.array(comparison).min(1).max(32).optional(),
    probes: z.array(probe).min(1, 'at least one thing must be tried').max(8),
  })
  .refine(({ undo, because }) => (undo === undefined) !== (because === undefined), {
    message: 'needs undo, or because, which says why there is none',
    path: ['undo'],
  })
  .superRefine((definition, context) => {
    const exact = (selector: string) => /^id=[^*;,\\]+$/.test(selector);
    const byTarget = definition.severs.every(({ from, to }) => from === 'target' || to === 'target');
    if (!byTarget && !exact(definition.target))
      context.addIssue({
        code: 'custom',
        path: ['severs'],
        message: 'where neither end is the target, the target must be one node (id=…)',
      });
    if (definition.shown === 'declaration') {
      const fixed = definition.severs.every(({ from, to }) =>
        [from, to].every((end) => end === 'target' || exact(end)),
      );
      if (!exact(definition.target) || !fixed)
        context.addIssue({
          code: 'custom',
          path: ['shown'],
          message: 'by declaration only steps between named nodes (id=…) can be cut',
        });
      const open = Object.entries(definition.parameters).find(
        ([, { value, from }]) => value === undefined && from !== 'id',
      );
      if (open !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['parameters', open[0]],
          message: 'by declaration only values and the id are known',
        });
    }
    for (const [place, of] of textsOf(definition))
      for (const [, used = ''] of of.matchAll(/\$\{([^}]{0,100})\}?/g))
        if (!Object.hasOwn(definition.parameters, used))
          context.addIssue({ code: 'custom', path: [place], message: `\${${used}} is no parameter` });
  });
export type Definition = z.infer<typeof definitionSchema>;

/** Every text in which a parameter may stand, by the part that it is of. */
function* textsOf(
  definition: Pick<Definition, 'do' | 'undo' | 'read' | 'probes'>,
): Generator<readonly [string, string]> {
  const { do: change_, undo, read, probes } = definition;
  for (const [place, part] of Object.entries({ do: change_, undo, read, probes }))
    for (const text of texts(part)) yield [place, text];
}
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* texts(inner);
}
