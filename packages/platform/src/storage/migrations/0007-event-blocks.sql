-- Events lie in blocks of some thousand, packed together, and not a row each: what an event costs to take in is its key and its share
-- of a block. A block is written once and never changed.
create table event_block (
  -- Number of the first place and of the last; places of duplicates are left out.
  no bigint primary key,
  upto bigint not null,
  -- Places that are there, from 0; null when all are.
  places integer[],
  received timestamptz not null,
  first timestamptz not null,
  last timestamptz not null,
  -- Frames of form and raw text (events/event-batch.ts), zstd: pieces one after the other, each of so many bytes.
  packed bytea not null,
  pieces integer[] not null
);
alter table event_block alter column packed set storage external;
create index event_block_by_time on event_block (last);

-- An event is here once, by whichever way it came in: part of the SHA-256 of its id → its number.
create table event_key (
  key uuid primary key,
  no bigint not null
);

-- In which blocks a node acted, was acted on, or an operation was done.
create table event_term (
  role text not null,
  term text not null,
  block bigint not null,
  first timestamptz not null,
  last timestamptz not null,
  events integer not null,
  primary key (role, term, block)
);

drop table event_actor;
drop table event;
-- Nobody has released what wrote into it: there is nothing to carry over.
truncate event_format;

-- How far the watch over events has come, and what it remembered there (JSON, zstd).
create table watch_place (
  watch text primary key,
  position bigint not null,
  newest bigint not null,
  state bytea not null,
  saved_at timestamptz not null default now()
);
