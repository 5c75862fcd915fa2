/**
 * OpenAPI 3.1 printed from the contract's routes. Schemas that the contract exports by name become components of that
 * name, so a generated client has one `Plan` and not five.
 */
import * as contract from '@firebreak/contract';
import { type Route, routes } from '@firebreak/contract';
import { z } from 'zod';
import { sessionCookie } from './authenticate.ts';

type Json = Record<string, unknown>;

export function openApi(version: string): Json {
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Firebreak', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
    },
  };
}

/** @param schemas takes the components that the operation refers to */
function operation(name: string, route: Route, schemas: Record<string, Json>): Json {
  const { role, body, returns, produces = 'application/json' } = route;
  return {
    operationId: name,
    summary: route.summary,
    description: role === 'public' ? 'Needs no sign-in.' : `Needs the role ${role} or a higher one.`,
    security: role === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: inwards(body) } } } }),
    responses: {
      200: {
        description: 'Done',
        content: { [produces]: returns === undefined ? {} : { schema: outwards(returns, schemas) } },
      },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: outwards(contract.errorSchema, schemas) } },
      },
    },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = inwards(schema) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }));
}

/** What a client sends: fields with a default may be left out. Written out in full, since components are what it gets. */
function inwards(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
}

/** The names of the contract's schemas: `planSchema` is `Plan`. */
const named = z.registry<{ id: string }>();
for (const [name, value] of Object.entries(contract)) {
  if (!(value instanceof z.ZodType) || !name.endsWith('Schema')) continue;
  named.add(value, { id: `${name.charAt(0).toUpperCase()}${name.slice(1, -'Schema'.length)}` });
}

function outwards(schema: z.ZodType, schemas: Record<string, Json>): Json {
  const json = z.toJSONSchema(schema, { io: 'output', metadata: named, unrepresentable: 'any' });
  const { $schema: _, $defs = {}, ...own } = asComponents(json) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs)) schemas[name] = definition;
  const { id, ...rest } = own;
  if (typeof id !== 'string') return rest;
  schemas[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
}

/** Definitions live under `components` here. */
function asComponents(json: unknown): unknown {
  const moved = (key: string, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value;
  return JSON.parse(JSON.stringify(json), moved);
}
