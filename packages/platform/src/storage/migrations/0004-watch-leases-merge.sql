-- What becomes of a containment after its last step: it is watched, it may expire, and its undo may meet other people's work.

alter table execution
  -- an undo that takes back only what nobody else changed
  add column merge boolean not null default false,
  -- an undo of some steps: the others stand
  add column partial boolean not null default false,
  add column lease_ms bigint,
  -- of the whole; null when nothing expires, and again once that was acted upon
  add column expires_at timestamptz,
  add column expiry_told boolean not null default false,
  add column watch text not null default 'alarm' check (watch in ('alarm', 're-assert')),
  -- when the watch looks next; null while there is nothing to watch
  add column watch_due timestamptz,
  -- what the watch last found
  add column watched json;
create index execution_expiring on execution (expires_at) where expires_at is not null;
create index execution_watched on execution (watch_due) where watch_due is not null;

alter table step
  -- the node that the step is about; one row at a time works on it, over all executions
  add column target text,
  -- id of the row that this one does again
  add column reasserts text references step (id),
  add column made_at timestamptz not null default clock_timestamp(),
  add column lease_ms bigint,
  add column expires_at timestamptz,
  add column expiry_told boolean not null default false,
  -- how the watch found it reverted
  add column reverted json,
  add column residual json,
  add column leftovers json not null default '[]',
  -- length of the lease that lease_until ends: one that seems to last longer was given by a clock that was set back since
  add column lease_length_ms bigint not null default 0;
create index step_expiring on step (expires_at) where expires_at is not null;
create index step_reasserting on step (reasserts) where reasserts is not null;

-- Whose turn it is with a target. A row takes it when it is claimed and leaves it when it ends.
create table target_hold (
  target text primary key,
  step text not null references step (id),
  until timestamptz not null,
  length_ms bigint not null
);
create index target_hold_of_step on target_hold (step);
