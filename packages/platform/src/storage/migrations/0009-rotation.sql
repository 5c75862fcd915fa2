-- Secrets that stood in texts. Of the secret itself there is only a keyed digest, and no key.
create table rotation_item (
  id text primary key,
  kind text not null,
  title text not null,
  rotate text not null,
  opens text[] not null,
  state text not null default 'open' check (state in ('open', 'rotated', 'dismissed')),
  by text,
  at timestamptz,
  reason text
);

create table rotation_place (
  item text not null references rotation_item (id),
  event text not null,
  path text not null,
  starts integer not null,
  ends integer not null,
  time timestamptz not null,
  locator text not null,
  primary key (item, event, path, starts)
);
