-- How far each way out has come, in detections and in the ledger.
create table outlet_place (
  outlet text primary key,
  detection bigint not null,
  entry bigint not null
);

-- What the other side will never take.
create table outlet_refused (
  seq bigint generated always as identity primary key,
  outlet text not null,
  message text not null,
  why text not null,
  at timestamptz not null default now()
);
create index refused_of_outlet on outlet_refused (outlet, seq desc);
