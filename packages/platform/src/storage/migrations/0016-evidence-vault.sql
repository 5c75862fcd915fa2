-- What was taken as evidence. The log says what happened to it; these tables say where it is and what the log may not hold:
-- salts that open commitments, and the wrapped keys of sealed blobs. Forgetting those is a way to destroy.
create table evidence_snapshot (
  id text primary key,
  incident text,
  subject text not null,
  snapshotter text not null,
  -- asked for twice under one key, it is taken once
  key text unique,
  sealing text not null check (sealing in ('none', 'age', 'kms')),
  data_key bytea,
  state text not null default 'taking' check (state in ('taking', 'complete', 'limited', 'destroying', 'destroyed')),
  by text not null,
  reason text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  retain_until timestamptz,
  reasons jsonb not null default '[]',
  manifest text[] not null default '{}',
  audited_at timestamptz,
  audit_state text,
  audit_detail text
);
create index evidence_snapshot_incident on evidence_snapshot (incident);

-- One row for each piece that is in the store and was read back: what a snapshot that was cut off goes on from.
create table evidence_piece (
  snapshot text not null references evidence_snapshot (id),
  name text collate "C" not null,
  piece jsonb not null,
  sha256 text,
  size bigint not null,
  sealed text not null,
  content text,
  salt bytea,
  seed bytea,
  primary key (snapshot, name)
);
create index evidence_piece_sha256 on evidence_piece (sha256);
create index evidence_piece_content on evidence_piece (content);

create table evidence_copy (
  snapshot text not null references evidence_snapshot (id),
  store text not null,
  primary key (snapshot, store)
);

create table evidence_hold (
  id text primary key,
  snapshot text references evidence_snapshot (id),
  incident text,
  by text not null,
  at timestamptz not null,
  reason text not null,
  released_by text,
  released_at timestamptz,
  released_because text,
  check ((snapshot is null) <> (incident is null))
);
