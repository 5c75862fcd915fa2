-- Recovery boards. What people and probes said of an item stands; the newest counts. Each row has its entry in the ledger.
create table recovery_mark (
  seq bigint generated always as identity primary key,
  incident text not null references incident (id),
  item text not null,
  state text not null check (state in ('open', 'failed', 'done', 'not-applicable')),
  by text not null,
  at timestamptz not null,
  note text not null,
  proof text,
  -- json and not jsonb: names are foreign text and may hold \u0000
  data json,
  entry bigint not null
);
create index recovery_mark_of on recovery_mark (incident, item, seq desc);

create table recovery_sign_off (
  seq bigint generated always as identity primary key,
  incident text not null references incident (id),
  role text not null,
  by text not null,
  at timestamptz not null,
  -- digest of the board that was signed
  board text not null,
  entry bigint not null
);
create index recovery_sign_off_of on recovery_sign_off (incident, seq desc);

create table recovery_attestation (
  seq bigint generated always as identity primary key,
  incident text not null references incident (id),
  by text not null,
  at timestamptz not null,
  board text not null,
  sha256 text not null,
  -- a DSSE envelope
  envelope text not null,
  entry bigint not null
);

create table recovery_follow_up (
  id text primary key,
  incident text not null references incident (id),
  title text not null,
  detail text not null,
  kind text not null,
  about json,
  owner text not null,
  opened_by text not null,
  opened_at timestamptz not null,
  due timestamptz not null,
  audit json,
  closed json
);
