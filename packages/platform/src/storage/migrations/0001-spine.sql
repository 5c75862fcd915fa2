-- The log. One row of ledger_state is the appenders' lock.
create table ledger_state (
  single boolean primary key default true check (single),
  size bigint not null,
  frontier bytea not null
);
insert into ledger_state (size, frontier) values (0, '');

create table ledger_entry (
  index bigint primary key,
  incident text,
  incident_seq bigint not null,
  record bytea not null,
  leaf_hash bytea not null,
  unique nulls not distinct (incident, incident_seq)
);

-- Hashes of complete subtrees, by C2SP tile level from 1 up; level 0 is ledger_entry.leaf_hash.
create table ledger_node (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

create table blob (
  sha256 text primary key,
  bytes bytea not null
);
-- they are mostly compressed already, or small
alter table blob alter column bytes set storage external;

-- Evidence is written once. This stops our own mistakes; against others stands the Merkle tree.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are written once', tg_table_name;
end $$;
create trigger written_once before update or delete on ledger_entry
  for each statement execute function refuse_change();
create trigger written_once before update or delete on ledger_node
  for each statement execute function refuse_change();
create trigger written_once before update or delete on blob
  for each statement execute function refuse_change();

-- json and not jsonb: what was foreign may hold \u0000, which jsonb refuses, and people approved a digest of this very text.
create table incident (
  id text primary key,
  title text not null,
  opened_at timestamptz not null,
  opened_by text not null,
  compromised json not null,
  protect text not null
);

create table plan (
  seq bigint generated always as identity primary key,
  incident text not null references incident (id),
  digest text not null,
  verdict text not null,
  made_at timestamptz not null,
  content json not null
);
create index plan_of_incident on plan (incident, seq desc);

create table execution (
  id text primary key,
  seq bigint generated always as identity unique,
  incident text not null references incident (id),
  plan_digest text not null,
  -- the newest plan of the incident when the execution was created
  plan_seq bigint references plan (seq),
  direction text not null check (direction in ('contain', 'undo')),
  state text not null,
  force boolean not null,
  cursor integer not null default 1,
  proof json,
  created_at timestamptz not null,
  created_by text not null
);
create index execution_of_incident on execution (incident, seq desc);
create index execution_running on execution (id) where state = 'running';

create table step (
  id text primary key,
  execution text not null references execution (id),
  ordinal integer not null,
  -- the step of the plan; null for the proof
  plan json,
  state text not null,
  approvals_needed integer not null,
  undoes text references step (id),
  attempt integer not null default 0,
  intended boolean not null default false,
  uncertain boolean not null default false,
  before text,
  after text,
  sealed bytea,
  changes json not null default '[]',
  probes json not null default '[]',
  reason text,
  started_at timestamptz,
  ended_at timestamptz,
  fence bigint not null default 0,
  worker text,
  lease_until timestamptz,
  not_before timestamptz,
  unique (execution, ordinal)
);

create table approval (
  step text not null references step (id),
  by text not null,
  at timestamptz not null,
  primary key (step, by)
);

-- What every worker wrote, with the token that it wrote under.
create table journal (
  seq bigint generated always as identity primary key,
  step text not null references step (id),
  fence bigint not null,
  worker text not null,
  at timestamptz not null default clock_timestamp(),
  state text not null,
  attempt integer not null,
  reason text
);

create table principal (
  id text primary key,
  name text not null,
  role text not null,
  created_at timestamptz not null
);
create unique index principal_name on principal (lower(name));

create table invitation (
  secret_hash bytea primary key,
  name text,
  role text not null,
  created_by text not null,
  expires_at timestamptz not null
);

create table session (
  secret_hash bytea primary key,
  principal text not null references principal (id),
  expires_at timestamptz not null
);

create table api_token (
  id text primary key,
  secret_hash bytea not null unique,
  name text not null,
  role text not null,
  owner text not null references principal (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz
);
