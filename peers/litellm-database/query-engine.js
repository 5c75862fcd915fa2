/**
 * The program that LiteLLM's database client (prisma for Python) starts and talks to, for machines that cannot fetch Prisma's own
 * binary of it: the same engine of the same version as WebAssembly, which Prisma publishes on npm, over node-postgres.
 *
 * What is ours is the wire alone. The Python client writes queries in GraphQL over HTTP; the engine takes Prisma's JSON protocol.
 * `asked` turns the one into the other, `plain` turns typed values of the answer into the plain ones that the client expects.
 * Nothing here knows of LiteLLM, and nothing decides what a query does.
 *
 *     query-engine -p PORT …      PRISMA_DML_PATH: the data model; DATABASE_URL: PostgreSQL
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindAdapter } from '@prisma/driver-adapter-utils';
import { Kind, parse } from 'graphql';
import pg from 'pg';

if (process.argv.includes('--version')) {
  process.stdout.write('query-engine 393aa359c9ad4a4bb28630fb5613f9c281cde053\n');
  process.exit(0);
}
const require = createRequire(import.meta.url);
const runtime = '@prisma/client/runtime/query_engine_bg.postgresql';
const glue = require(`${runtime}.js`);
const module = new WebAssembly.Module(readFileSync(require.resolve(`${runtime}.wasm`)));
glue.__wbg_set_wasm(new WebAssembly.Instance(module, { './query_engine_bg.js': glue }).exports);

const noTrace = '{}';
const [nameArray, textArray] = [1003, 1009];
const port = Number(process.argv[process.argv.indexOf('-p') + 1]);
const datamodel = readFileSync(process.env.PRISMA_DML_PATH, 'utf8').replace(/generator \w+ \{[^}]*\}/g, '');
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL.replace(/\?.*/s, ''), max: 10 });
/** The engine does not know PostgreSQL's type for names, and LiteLLM asks for an array of them. */
const pooled = pool.query.bind(pool);
pool.query = async (...asks) => {
  const result = await pooled(...asks);
  for (const [at, field] of (result.fields ?? []).entries()) {
    if (field.dataTypeID !== nameArray) continue;
    field.dataTypeID = textArray;
    for (const row of result.rows) if (typeof row[at] === 'string') row[at] = row[at].slice(1, -1).split(',');
  }
  return result;
};
const engine = new glue.QueryEngine(
  { datamodel, logLevel: 'error', logQueries: false, enableTracing: false, engineProtocol: 'json' },
  () => {},
  bindAdapter(new PrismaPg(pool)),
);
await engine.connect(noTrace);

/** Types of fields, by model. */
const types = new Map(
  [...datamodel.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)].map(([, name, fields]) => [
    name,
    new Map([...fields.matchAll(/^\s*(\w+)\s+(\w+)/gm)].map(([, field, type]) => [field, type])),
  ]),
);
const models = [...types.keys()];

/** `findUniqueUser(where: {…}) { id }` → `{modelName, action, query}` */
function asked(field) {
  const name = field.name.value;
  const model = models.filter((each) => name.endsWith(each)).sort((a, b) => b.length - a.length)[0];
  const action = model === undefined ? name : name.slice(0, -model.length);
  return { ...(model === undefined ? {} : { modelName: model }), action, query: chosen(field, model) };
}

function chosen(field, model) {
  const selection = {};
  for (const each of field.selectionSet?.selections ?? []) {
    const isPlain = each.selectionSet === undefined && (each.arguments ?? []).length === 0;
    selection[each.name.value] = isPlain ? true : chosen(each, types.get(model)?.get(each.name.value));
  }
  const given = Object.fromEntries(field.arguments.map((each) => [each.name.value, written(each.value)]));
  return { arguments: typed(given, model), selection };
}

function written(node) {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : { $type: 'BigInt', value: node.value };
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map(written);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((each) => [each.name.value, written(each.value)]));
    default:
      return node.value;
  }
}

/** JSON is written as text in GraphQL, where the engine would take a text for a JSON string. */
function typed(value, model) {
  if (Array.isArray(value)) return value.map((each) => typed(each, model));
  if (typeof value !== 'object' || value === null) return value;
  const entry = ([name, inner]) => {
    const type = types.get(model)?.get(name);
    if (type === 'Json') return [name, asJson(inner)];
    return [name, typed(inner, types.has(type) ? type : model)];
  };
  return Object.fromEntries(Object.entries(value).map(entry));
}

function asJson(value) {
  if (typeof value === 'string') return { $type: 'Json', value };
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'path' ? inner : asJson(inner)]),
  );
}

/** `{"$type": "DateTime", "value": "…"}` → `"…"` */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('$type' in value) return value.value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** Every field at the top is a query of its own, answered under its alias. */
async function answer(text, transaction) {
  const fields = parse(text).definitions.flatMap(({ selectionSet }) => selectionSet.selections);
  const data = {};
  for (const field of fields) {
    const query = asked(field);
    const { data: found, errors } = JSON.parse(await engine.query(JSON.stringify(query), noTrace, transaction));
    if (errors !== undefined) return { errors };
    const [value] = Object.values(found);
    data[field.alias?.value ?? field.name.value] = /^(query|execute)Raw$/.test(query.action) ? value : plain(value);
  }
  return { data };
}

/** Several queries of which all are carried out, or none. */
async function together(batch) {
  const { id } = JSON.parse(
    await engine.startTransaction(JSON.stringify({ max_wait: 5000, timeout: 30_000 }), noTrace),
  );
  const batchResult = [];
  for (const { query } of batch) {
    const each = await answer(query, id);
    batchResult.push(each);
    if (each.errors === undefined) continue;
    await engine.rollbackTransaction(id, noTrace);
    return { errors: each.errors };
  }
  await engine.commitTransaction(id, noTrace);
  return { batchResult };
}

async function reply(path, body, headers) {
  if (path === '/status') return { status: 'ok' };
  if (path.startsWith('/metrics')) return { counters: [], gauges: [], histograms: [] };
  if (path === '/transaction/start') return JSON.parse(await engine.startTransaction(body, noTrace));
  const [, id, end] = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(path) ?? [];
  if (end === 'commit') return JSON.parse((await engine.commitTransaction(id, noTrace)) || '{}');
  if (end === 'rollback') return JSON.parse((await engine.rollbackTransaction(id, noTrace)) || '{}');
  const asks = JSON.parse(body);
  if (Array.isArray(asks.batch)) return together(asks.batch);
  return answer(asks.query, headers['x-transaction-id']);
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const result = await reply(request.url, body, request.headers).catch((error) => {
    process.stderr.write(`${error?.stack ?? error}\n${body.slice(0, 2000)}\n`);
    const said = String(error?.message ?? error);
    return { errors: [{ error: said, user_facing_error: { message: said, error_code: 'P2010', is_panic: false } }] };
  });
  if (result.errors) process.stderr.write(`${JSON.stringify(result.errors).slice(0, 1500)}\n${body.slice(0, 1500)}\n`);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
});
server.listen(port, 'localhost');
for (const end of ['SIGINT', 'SIGTERM']) process.on(end, () => process.exit(0));
