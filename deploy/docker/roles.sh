#!/bin/sh
# Runs once, when a server's volume is empty: the two roles, their passwords and the database.
set -eu
psql --no-psqlrc --quiet --username postgres -v database="$COACHVAULT_DATABASE" --file /etc/coachvault/roles.sql
psql --no-psqlrc --quiet --username postgres -v ON_ERROR_STOP=1 << 'SQL'
\getenv owner OWNER_PASSWORD
\getenv app APP_PASSWORD
alter role coachvault_owner password :'owner';
alter role coachvault_app password :'app';
SQL
