/**
 * The history of facts on PostgreSQL. What must stay true:
 *
 * - a collection is recorded whole or not at all, and collections of a scope are recorded one after the other;
 * - at most one version of a fact is current (a unique index holds it), and the versions of a fact do not overlap;
 * - what is read back is what was recorded, to the last field.
 *
 * What is current is compared by digest here and only what changed is sent, by COPY: an estate of a million facts of which one
 * percent changed writes ten thousand rows.
 */
import { type AnyFact, type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import { estateOf } from '../facts/estate.ts';
import type { CollectionChanges, FactHistory, RecordedCollection } from '../facts/history.ts';
import { factsOf } from '../facts/join-estates.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/digest.ts';
import { copyField } from './copy-field.ts';
import type { Database, Transaction } from './database.ts';

/** Rows that are read at a time. */
const page = 20_000;

interface CollectionRow {
  readonly no: number;
  readonly at: Date;
  readonly facts: number;
}

export function createFactHistory(database: Database): FactHistory {
  return {
    record: (scope, estate, at) => database.transaction((tx) => record(tx, scope, estate, at)),

    at: async (scope, at) => {
      const [found] = await database.query<CollectionRow & { gaps: Gap[] }>(
        'select no, at, facts, gaps from collection where scope = $1 and at <= $2 order by no desc limit 1',
        [scope, at],
      );
      if (found === undefined)
        throw new FirebreakError('FB-HISTORY-NONE', `Nothing was recorded up to ${at.toISOString()}.`);
      const facts: AnyFact[] = [];
      for await (const fact of factsAt(database, scope, found.no)) facts.push(fact);
      return { collection: collectionOf(found), estate: estateOf(facts, found.gaps) };
    },

    collections: async (scope, limit) => {
      const rows = await database.query<CollectionRow>(
        'select no, at, facts from collection where scope = $1 order by no desc limit $2',
        [scope, limit],
      );
      return rows.map(collectionOf);
    },

    scopes: async () =>
      (await database.query<{ scope: string }>('select distinct scope from collection order by scope')).map(
        ({ scope }) => scope,
      ),
  };
}

async function record(tx: Transaction, scope: string, estate: Estate, at: Date): Promise<CollectionChanges> {
  // One at a time for each scope; and a big collection may take longer than an ordinary statement.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0)), set_config($2, $3, true)', [
    scope,
    'statement_timeout',
    '0',
  ]);
  const [newest] = await tx.query<{ at: Date }>('select at from collection where scope = $1 order by no desc limit 1', [
    scope,
  ]);
  if (newest !== undefined && newest.at > at)
    throw new FirebreakError('FB-HISTORY-ORDER', `A collection of ${newest.at.toISOString()} is recorded already.`);
  const [collection] = await tx.query<{ no: number }>(
    'insert into collection (scope, at, facts, gaps) values ($1, $2, $3, $4) returning no',
    [scope, at, estate.size, JSON.stringify(estate.gaps)],
  );
  const no = collection?.no ?? 0;

  const known = await currentDigests(tx, scope);
  const before = known.size;
  let [added, changed] = [0, 0];
  await tx.query(
    'create temporary table incoming (kind text, id text, digest bytea, data text, source text) on commit drop',
  );
  await tx.copyIn('copy incoming from stdin', lines());
  function* lines(): Generator<string> {
    for (const { kind, id, data, source } of factsOf(estate)) {
      const text = canonicalJson(data);
      const digest = Buffer.from(sha256(text)).toString('hex');
      const key = `${kind} ${id}`;
      const current = known.get(key);
      known.delete(key);
      if (current === digest) continue;
      if (current === undefined) added += 1;
      else changed += 1;
      yield `${[kind, written(id), `\\x${digest}`, text, JSON.stringify(source)].map(copyField).join('\t')}\n`;
    }
  }
  // What is left of the known was not seen any more.
  await tx.query('create temporary table outgoing (kind text, id text) on commit drop');
  await tx.copyIn('copy outgoing from stdin', goneLines(known.keys()));
  await tx.query(
    `update fact_version f set until = $2 from (select kind, id from incoming union all select kind, id from outgoing) as ended
     where f.scope = $1 and f.until is null and f.kind = ended.kind and f.id = ended.id`,
    [scope, no],
  );
  await tx.query(
    `insert into fact_version (scope, kind, id, digest, since, data, source)
     select $1, kind, id, digest, $2, data, source from incoming`,
    [scope, no],
  );
  return { no, at: at.toISOString(), facts: estate.size, added, changed, gone: before + added - estate.size };
}

/** Digest in hex by `<kind> <id>`. */
async function currentDigests(tx: Transaction, scope: string): Promise<Map<string, string>> {
  const rows = await tx.query<{ kind: string; id: string; digest: string }>(
    `select kind, id, encode(digest, 'hex') as digest from fact_version where scope = $1 and until is null`,
    [scope],
  );
  return new Map(rows.map(({ kind, id, digest }) => [`${kind} ${read(id)}`, digest]));
}

function* goneLines(keys: Iterable<string>): Generator<string> {
  for (const key of keys) {
    const space = key.indexOf(' ');
    yield `${copyField(key.slice(0, space))}\t${copyField(written(key.slice(space + 1)))}\n`;
  }
}

async function* factsAt(database: Database, scope: string, no: number): AsyncGenerator<AnyFact> {
  let [kind, id] = ['', ''];
  for (;;) {
    const rows = await database.query<{ kind: AnyFact['kind']; id: string; data: string; source: string }>(
      `select kind, id, data, source from fact_version
       where scope = $1 and since <= $2 and (until is null or until > $2) and (kind, id) > ($3, $4)
       order by kind, id limit ${page}`,
      [scope, no, kind, id],
    );
    for (const row of rows)
      yield { id: read(row.id), kind: row.kind, data: JSON.parse(row.data), source: JSON.parse(row.source) } as AnyFact;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    [kind, id] = [last.kind, last.id];
  }
}

/** Ids are foreign and PostgreSQL's text holds no NUL: they are kept as JSON writes them. */
const written = (id: string) => JSON.stringify(id).slice(1, -1);
const read = (id: string) => JSON.parse(`"${id}"`) as string;

function collectionOf({ no, at, facts }: CollectionRow): RecordedCollection {
  return { no, at: at.toISOString(), facts };
}
