/** Prints a zod schema as a shape that people read: JSON with types for values. */
import { z } from 'zod';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export function shapeOf(schema: z.ZodType): string {
  return print(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }) as JsonSchema, '');
}

function print(schema: JsonSchema, indent: string): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => print(choice, indent)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') {
    const item = print(schema.items ?? {}, indent);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') {
    if (Object.keys(schema.properties ?? {}).join() === 'kind,id,name') return '{ kind, id, name }';
    const deeper = `${indent}  `;
    const fields = Object.entries(schema.properties ?? {}).map(
      ([name, of]) => `${deeper}${name}${schema.required?.includes(name) ? '' : '?'}: ${print(of, deeper)}`,
    );
    if (fields.length > 0) return `{\n${fields.join('\n')}\n${indent}}`;
    return typeof schema.additionalProperties === 'object'
      ? `{ [name]: ${print(schema.additionalProperties, indent)} }`
      : '{ … }';
  }
  const types = schema.type === undefined ? ['any'] : [schema.type].flat();
  return types.map((type) => (type === 'integer' ? 'number' : type)).join(' | ');
}
