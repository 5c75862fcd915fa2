import { type Route, routes } from '@firebreak/contract';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { openApi } from './open-api.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required: boolean }[];
  readonly requestBody?: unknown;
  readonly responses: Record<string, { content: Record<string, unknown> }>;
  readonly security: readonly unknown[];
}
const document = openApi('1.2.3');
const paths = document.paths as Record<string, Record<string, Operation>>;

test('it is OpenAPI 3.1 and every reference in it resolves', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(validator.version).toBe('3.1');
  const schemas = Object.keys((document.components as { schemas: object }).schemas);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
  expect(references.length).toBeGreaterThan(20);
  for (const target of references) expect(schemas).toContain(target?.replace('#/components/schemas/', ''));
});

test('the validator would have noticed', async () => {
  const broken = structuredClone(document) as { paths: Record<string, unknown> };
  broken.paths['/api/health'] = { get: { responses: { 200: {} } } };
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

test.each(Object.entries<Route>(routes))('%s is in it, as the contract has it', (name, route) => {
  const operation = paths[route.path]?.[route.method.toLowerCase()];
  expect(operation?.operationId).toBe(name);
  const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path') ?? [];
  expect(inPath.every(({ required }) => required)).toBe(true);
  expect(inPath.map((parameter) => parameter.name)).toEqual(
    [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter),
  );
  expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
  expect(Object.keys(operation?.responses['200']?.content ?? {})).toEqual([route.produces ?? 'application/json']);
  expect(operation?.security.length === 0).toBe(route.role === 'public');
});

test('a query parameter with a default may be left out', () => {
  const limit = paths['/api/nodes']?.get?.parameters.find(({ name }) => name === 'limit');
  expect(limit).toMatchObject({ in: 'query', required: false, schema: { default: 50, maximum: 1000 } });
});
