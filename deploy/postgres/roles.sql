-- The two roles and the database of one server, for its superuser:
--
--   psql -v database=coachvault -f roles.sql         on the server of the main database
--   psql -v database=keyring    -f roles.sql         on the keyring's
--
-- The owner changes the schema, and only `upgrade`, `backup` and `restore` use it. The application owns nothing. Neither has a
-- password yet: \password sets one without showing it to any log.

\set ON_ERROR_STOP on
create role coachvault_owner login;
create role coachvault_app login;
grant coachvault_app to coachvault_owner;  -- so that the owner may end the application's connections
create database :"database" owner coachvault_owner template template0 encoding 'UTF8';
revoke all on database :"database" from public;
grant connect on database :"database" to coachvault_app;
\connect :"database"
revoke all on schema public from public;
grant all on schema public to coachvault_owner;
grant usage on schema public to coachvault_app;
