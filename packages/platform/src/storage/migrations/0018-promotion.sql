-- What the promotion gate decided, with all that it stood on; the ledger has the proof.
create table promotion_decision (
  seq bigint generated always as identity primary key,
  id text not null unique,
  at timestamptz not null,
  name text not null,
  digest text,
  node text,
  stage text not null,
  decision text not null,
  record jsonb not null
);
create index promotion_decision_of_digest on promotion_decision (digest, seq desc);
create index promotion_decision_of_name on promotion_decision (name, seq desc);
create index promotion_decision_of_node on promotion_decision (node, seq desc);

-- Who approved which digest for which stage, and until when that counts.
create table promotion_approval (
  id text primary key,
  digest text not null,
  stage text not null,
  person text not null,
  role text not null,
  note text not null,
  at timestamptz not null,
  until timestamptz not null
);
create index promotion_approval_of_digest on promotion_approval (digest, stage);

-- The latest inspection of an artifact, by its node or what it was found by.
create table artifact_inspection (
  subject text primary key,
  digest text not null,
  at timestamptz not null,
  verdict text not null,
  because text not null,
  report jsonb not null
);
create index artifact_inspection_of_digest on artifact_inspection (digest);

-- What delivery channels were approved to deliver.
create table channel_baseline (
  seq bigint generated always as identity primary key,
  channel text not null,
  value text not null,
  by text not null,
  at timestamptz not null,
  until timestamptz not null,
  note text not null
);
create index channel_baseline_of_channel on channel_baseline (channel, seq desc);
