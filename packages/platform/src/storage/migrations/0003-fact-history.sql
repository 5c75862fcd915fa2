-- What the estate looked like at any time: every collection, and every version of every fact from the collection that first
-- saw it to the first that no longer did. A scope is one set of sources; estates read from other sources do not mix with it.

create table collection (
  no bigint generated always as identity primary key,
  scope text not null,
  at timestamptz not null,
  facts integer not null,
  gaps jsonb not null
);
create index collection_by_time on collection (scope, at);

create table fact_version (
  scope text not null,
  kind text not null,
  id text not null,
  -- SHA-256 of the canonical JSON of the data
  digest bytea not null,
  since bigint not null references collection (no),
  -- the first collection that did not see this version any more; null while it is current
  until bigint references collection (no),
  data text not null,
  source text not null
);
create unique index fact_version_current on fact_version (scope, kind, id) where until is null;
create index fact_version_by_time on fact_version (scope, kind, id, since);
