-- What happened, in the one form and as it came. An event is here once, by whichever way it came in.
create table event (
  no bigint generated always as identity primary key,
  id text not null unique,
  at timestamptz not null,
  received timestamptz not null,
  -- the one form, JSON; not jsonb, which would lose what it cannot hold
  form text not null,
  raw text not null
);
create index event_by_time on event (at);

-- By whom: every node that acted, as the event names it.
create table event_actor (
  node text not null,
  at timestamptz not null,
  event bigint not null references event (no)
);
create index event_actor_by_node on event_actor (node, at);

-- Of which logs there is anything at all.
create table event_format (
  format text primary key,
  events bigint not null,
  first timestamptz not null,
  last timestamptz not null
);
