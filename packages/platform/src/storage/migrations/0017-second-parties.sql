-- Who else vouches for the log, as the server was last told.
create table ledger_parties (
  one boolean primary key default true check (one),
  settings jsonb not null
);

-- What they said when they were asked about a checkpoint: the cosignature line of a witness, the answer of a time stamping
-- authority, or why there is none.
create table ledger_vouching (
  seq bigint generated always as identity primary key,
  size bigint not null,
  kind text not null check (kind in ('witness', 'authority')),
  party text not null,
  asked_at timestamptz not null,
  seen_at timestamptz,
  said bytea,
  reason text,
  check ((said is null) <> (reason is null))
);
create index vouching_of_party on ledger_vouching (party, size desc) where said is not null;

-- The notes that were vouched for, with the cosignatures that came.
create table ledger_checkpoint (
  size bigint primary key,
  note text not null
);
