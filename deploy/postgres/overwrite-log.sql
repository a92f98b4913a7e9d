-- On the keyring's server, as its superuser, each night: write everything to the tables' files, begin a new log file, drop the old
-- ones. With it the halves that were destroyed during the day leave the write-ahead log too (the worker has already had the table's
-- own file written anew).

checkpoint;
select pg_switch_wal();
checkpoint;
