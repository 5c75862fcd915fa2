-- Which line took a block in: servers that share a database and divide the events among them each watch what came by their own.
alter table event_block add column line text not null default 'main';
create index event_block_by_line on event_block (line, no);
