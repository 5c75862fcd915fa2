-- Files of events that left the database. What is not named here does not count, whatever lies in the folder.
create table cold_file (
  name text primary key,
  sha256 text not null,
  bytes bigint not null,
  events bigint not null,
  -- Numbers of the first and of the last event that can be in it; no two files overlap.
  first_no bigint not null unique,
  upto bigint not null,
  first timestamptz not null,
  last timestamptz not null,
  -- When the last of them came in.
  received timestamptz not null,
  written_at timestamptz not null,
  -- Since when it is not kept any more.
  removed_at timestamptz
);

-- In which files a node acted, was acted on, or an operation was done.
create table cold_term (
  role text not null,
  term text not null,
  file text not null references cold_file (name),
  primary key (role, term, file)
);
