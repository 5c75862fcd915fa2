/** OpenAPI 3.1 printed from the contract's routes. */
import { errorSchema, type Route, routes } from '@firebreak/contract';
import { z } from 'zod';

type Json = Record<string, unknown>;

export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = paths[route.path] ?? {};
    paths[route.path] = path;
    path[route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Firebreak', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    components: {
      schemas: { Error: z.toJSONSchema(errorSchema) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'firebreak_session' },
      },
    },
    paths,
  };
}

function operation(name: string, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    description: route.role === 'public' ? 'Needs no sign-in.' : `Needs the role ${route.role} or a higher one.`,
    security: route.role === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: z.toJSONSchema(route.body, { io: 'input' }) } },
          },
        }),
    responses: {
      200: {
        description: 'Done',
        content:
          route.returns === undefined
            ? { [route.produces ?? 'application/octet-stream']: {} }
            : {
                'application/json': { schema: z.toJSONSchema(route.returns, { io: 'output', unrepresentable: 'any' }) },
              },
      },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const json = z.toJSONSchema(schema, { io: 'input' }) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: of,
  }));
}
