-- Approval beyond who and when: the right to begin a step, one-time links, and approvals against the policy.

alter table approval
  -- who made the link that it came by
  add column vouched text,
  -- the break-glass that it rests on
  add column break_glass text;

-- Authenticated under a key that is not in here; one a row of work.
create table capability (
  row_id text primary key references step (id),
  nonce text not null unique,
  incident text not null,
  execution text not null,
  plan_digest text not null,
  content text not null,
  expires_at text not null,
  mac text not null,
  used boolean not null default false
);

create table approval_link (
  id text primary key,
  secret_hash bytea not null unique,
  incident text not null references incident (id),
  plan_digest text not null,
  -- null for all that the person can approve
  steps text[],
  person text not null,
  made_by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table break_glass (
  id text primary key,
  incident text not null references incident (id),
  plan_digest text not null,
  steps text[] not null,
  by text not null,
  role text not null,
  at timestamptz not null,
  reason text not null,
  refused text[] not null
);
create index break_glass_in_time on break_glass (at desc);

create table break_glass_review (
  break_glass text primary key references break_glass (id),
  verdict text not null check (verdict in ('justified', 'not-justified')),
  by text not null,
  at timestamptz not null,
  note text not null
);
