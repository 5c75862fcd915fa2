-- Review campaigns: what was to be decided, and what was. A decision stands; its entry in the ledger is made with it.
create table review (
  id text primary key,
  title text not null,
  opened_at timestamptz not null,
  opened_by text not null,
  due timestamptz
);

create table review_item (
  review text not null references review (id),
  id text not null,
  ordinal integer not null,
  -- json and not jsonb: names of things are foreign text and may hold \u0000
  content json not null,
  primary key (review, id)
);

create table review_decision (
  review text not null,
  item text not null,
  verdict text not null check (verdict in ('keep', 'reduce', 'revoke')),
  by text not null,
  at timestamptz not null,
  note text not null,
  primary key (review, item),
  foreign key (review, item) references review_item (review, id)
);
