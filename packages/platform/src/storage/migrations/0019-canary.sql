-- Canaries. A row is worked on by one worker at a time, which holds it by lease and fence, as rows of executions are.
create table canary (
  id text primary key,
  incident text references incident (id),
  config jsonb not null,
  state text not null,
  stage integer not null default 0,
  percent integer,
  why text not null,
  started_at timestamptz not null default now(),
  started_by text not null,
  stage_since timestamptz not null default now(),
  look_since timestamptz not null default now(),
  ended_at timestamptz,
  -- What a person asked for, until the worker has seen it.
  asked jsonb,
  -- A move of the traffic that was begun and of which nobody has written down how it ended.
  moving jsonb,
  -- State of the traffic before the first move.
  before jsonb,
  -- The look under way.
  open jsonb not null,
  due_at timestamptz not null default now(),
  worker text,
  lease_until timestamptz,
  fence bigint not null default 0
);
create index canary_due on canary (due_at) where ended_at is null;

create table canary_look (
  canary text not null references canary (id),
  number integer not null,
  -- The answer, as it is shown.
  look jsonb not null,
  -- What was seen: values, so that later looks can be judged over all of them.
  seen jsonb not null,
  primary key (canary, number)
);

create table canary_move (
  canary text not null references canary (id),
  number integer generated always as identity,
  move jsonb not null,
  primary key (canary, number)
);

-- What others send in, until a look has taken it.
create table canary_sample (
  seq bigint generated always as identity primary key,
  canary text not null references canary (id),
  batch text,
  samples jsonb not null,
  taken boolean not null default false,
  unique (canary, batch)
);
create index canary_sample_new on canary_sample (canary, seq) where not taken;
