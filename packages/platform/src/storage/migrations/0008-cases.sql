-- What detectors said, where each belongs, and what people made of it.
create table detection (
  no bigint generated always as identity primary key,
  id text not null unique,
  detector text not null,
  status text not null,
  -- 0 info … 4 critical
  severity smallint not null,
  title text not null,
  note text not null,
  first timestamptz not null,
  last timestamptz not null,
  taken timestamptz not null,
  -- JSON as text: foreign text may hold what jsonb refuses
  content text not null,
  -- what grouping knows of it, as it was when it came
  traits text not null,
  incident text references incident (id),
  joined text,
  suppressed_by text
);
create index detection_by_time on detection (last desc, no desc);
create index detection_of_incident on detection (incident);
create index detection_of_detector on detection (detector);
create index detection_suppressed on detection (suppressed_by) where suppressed_by is not null;

-- What acted and what it was done to, as the detection names it.
create table detection_node (
  node text not null,
  detection text not null references detection (id),
  role text not null check (role in ('by', 'about'))
);
create index detection_node_by_node on detection_node (node);

-- The newest counts; the others are kept.
create table detection_verdict (
  seq bigint generated always as identity primary key,
  detection text not null references detection (id),
  verdict text not null,
  note text not null,
  by text not null,
  at timestamptz not null
);
create index verdict_of_detection on detection_verdict (detection, seq desc);

create table suppression (
  id text primary key,
  scope text not null,
  reason text not null,
  by text not null,
  at timestamptz not null,
  until timestamptz not null,
  ended_by text
);

-- An incident as detections made it. One that a person opened has a row once something joined it or was done to its grouping.
create table incident_case (
  incident text primary key references incident (id),
  automatic boolean not null,
  severity text,
  roots text not null default '[]',
  merged_into text references incident (id),
  closed_as text,
  closed_by text,
  closed_at timestamptz,
  closed_reason text
);

create table case_history (
  seq bigint generated always as identity primary key,
  incident text not null references incident (id),
  at timestamptz not null,
  by text not null,
  did text not null,
  reason text not null,
  others text[] not null
);
create index history_of_case on case_history (incident, seq);

-- Two incidents that a person set apart: no rule puts them together again. The lesser id first.
create table case_apart (
  one text not null references incident (id),
  other text not null references incident (id),
  primary key (one, other)
);

-- Two incidents that a rule would put together, were they not apart or both under work.
create table case_related (
  one text not null references incident (id),
  other text not null references incident (id),
  rule text not null,
  words text not null,
  primary key (one, other)
);
