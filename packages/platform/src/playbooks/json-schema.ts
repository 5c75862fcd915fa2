/**
 * Playbooks held against JSON Schema draft-07: our own, printed from the model, and those that somebody has as files (the schemas that
 * OASIS publishes, say). A schema is code of a kind: only files that the person at the keyboard names are used, never an address.
 */
import { FirebreakError, type PlaybookProblem } from '@firebreak/contract';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { z } from 'zod';
import { playbookSchema } from './cacao.ts';
import { playbookExtensionSchema, stepExtensionSchema } from './extension.ts';

/** How many faults of one document are listed. */
const shown = 50;

const draft = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: 'draft-7', unrepresentable: 'any' });

/** What we hold playbooks against. */
const cacaoJsonSchema: object = draft(playbookSchema);

/** What our extension may say, one definition for steps and one for the head of a playbook. */
export const extensionJsonSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://firebreak.dev/schemas/cacao-extension-1.json',
  title: 'Firebreak extension of CACAO 2.0',
  definitions: {
    step: withoutDraft(draft(stepExtensionSchema)),
    playbook: withoutDraft(draft(playbookExtensionSchema)),
  },
};

function withoutDraft(schema: object): object {
  const { $schema: _, ...rest } = schema as { $schema?: string };
  return rest;
}

export type SchemaCheck = (document: unknown) => PlaybookProblem[];

let own: SchemaCheck | undefined;

/** Holds a document against our schema. */
export function checkAgainstOwnSchema(document: unknown): PlaybookProblem[] {
  own ??= checkOf(newAjv().compile(cacaoJsonSchema));
  return own(document);
}

/**
 * A check by schemas that refer to each other by `$id` or by relative path, the first being that of a whole playbook.
 *
 * @param schemas as parsed; the playbook's is the one whose `$id` ends in `playbook.json`
 * @throws FirebreakError FB-USAGE when they cannot be compiled
 */
export function checkBySchemas(schemas: readonly object[]): SchemaCheck {
  const ajv = newAjv();
  const idOf = (schema: object) => String((schema as { $id?: unknown }).$id ?? '');
  const main = schemas.find((schema) => /(^|\/)playbook\.json$/.test(idOf(schema)));
  if (main === undefined) throw new FirebreakError('FB-USAGE', 'None of the schemas is that of a playbook.');
  try {
    for (const schema of schemas) ajv.addSchema(schema);
    const validate = ajv.getSchema(idOf(main));
    if (validate === undefined) throw new Error('it cannot be found again');
    return checkOf(validate as ValidateFunction);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is no schema';
    throw new FirebreakError('FB-USAGE', `The schemas cannot be used: ${why}.`, { cause });
  }
}

/** Loose about keywords: schemas that say draft-07 use words of later drafts, which draft-07 tells a reader to ignore. */
function newAjv(): Ajv {
  return new Ajv({ strict: false, allErrors: true, logger: false });
}

function checkOf(validate: ValidateFunction): SchemaCheck {
  return (document) => {
    if (validate(document)) return [];
    return mostTelling(validate.errors ?? [])
      .slice(0, shown)
      .map(({ instancePath, message, params }) => ({
        code: 'FB-PLAYBOOK-INVALID',
        weight: 'error' as const,
        where: instancePath === '' ? 'the document' : instancePath.slice(1).replaceAll('/', '.').slice(0, 300),
        what: `${message ?? 'wrong form'}${detailOf(params)}.`,
      }));
  };
}

/** A step that fits none of eight shapes fails by all of them; the branches that merely are of another type say nothing. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject[] {
  const ofType = errors.filter(({ keyword, instancePath }) => keyword === 'const' && instancePath.endsWith('/type'));
  const otherTypes = new Set(ofType.map(({ schemaPath }) => branchOf(schemaPath)));
  const telling = errors.filter(
    ({ keyword, schemaPath }) => !['anyOf', 'oneOf', 'if'].includes(keyword) && !otherTypes.has(branchOf(schemaPath)),
  );
  return telling.length > 0 ? telling : [...errors];
}

function branchOf(schemaPath: string): string {
  return /^.*\/(?:anyOf|oneOf)\/\d+/.exec(schemaPath)?.[0] ?? '';
}

function detailOf(params: Record<string, unknown>): string {
  const allowed = params.allowedValue ?? params.allowedValues;
  return allowed === undefined ? '' : ` (${JSON.stringify(allowed).slice(0, 200)})`;
}
