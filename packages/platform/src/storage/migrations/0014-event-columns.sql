-- Columns of the fields of events (events/columns/), so that a hunt unpacks only the events that it shows. Made for some thousand
-- events that follow each other, after their blocks are written, by whoever has time; blocks without them are looked through.
create table event_columns (
  -- Number of the first block and of the last event.
  no bigint primary key,
  upto bigint not null,
  -- Packed pieces one after the other: the block of each, where in it, how many bytes, how many events.
  blocks bigint[] not null,
  offsets integer[] not null,
  lengths integer[] not null,
  counts integer[] not null,
  -- Numbers, times and when they came in, and the fields of the one form; zstd.
  form bytea not null,
  -- The one form of the events, in groups, each packed; where each ends.
  forms bytea not null,
  ends integer[] not null,
  -- What is in it, as numbers; null when anything may be.
  terms integer[]
);
alter table event_columns alter column form set storage external;
alter table event_columns alter column forms set storage external;
create index event_columns_by_term on event_columns using gin (terms) with (fastupdate = off);
create index event_columns_open on event_columns (no) where terms is null;

-- A field of the events as they came, by its path; zstd.
create table event_column (
  path text not null,
  no bigint not null references event_columns (no) on delete cascade,
  packed bytea not null,
  primary key (path, no)
);
alter table event_column alter column packed set storage external;
create index event_column_by_no on event_column (no);

-- Which blocks have none yet.
alter table event_block add column columned boolean not null default false;
create index event_block_bare on event_block (no) where not columned;

-- Columns of the events in a file lie in a file beside it (storage/cold-columns.ts).
alter table cold_file add column columns_sha256 text;
create table cold_columns (
  file text not null references cold_file (name),
  no bigint not null,
  terms integer[],
  primary key (file, no)
);
create index cold_columns_by_term on cold_columns using gin (terms) with (fastupdate = off);
create index cold_columns_open on cold_columns (file, no) where terms is null;
