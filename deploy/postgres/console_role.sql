-- The console's own role on PostgreSQL: it owns nothing and may do what the console does, no more.
--
--   psql -v ON_ERROR_STOP=1 -v role=handrail_console -f deploy/postgres/console_role.sql ADDRESS
--
-- as the owner of the tables, after `handrail migrate`, and again after each later one: tables that
-- are not named here are closed to the role. Doing it again changes nothing. It sets no password:
-- \password handrail_console asks for one.
\if :{?role}
\else
  \set role handrail_console
\endif

BEGIN;
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
              :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec

-- Nobody but the owner makes tables or functions: not even passing ones, which would stand before
-- the real tables when a rule looks something up.
REVOKE TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('ALTER FUNCTION %s SET search_path = public, pg_temp', oid::regprocedure)
  FROM pg_proc
 WHERE prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace \gexec

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"role";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM :"role";
REVOKE ALL ON SCHEMA public FROM :"role";
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT ON alembic_version TO :"role";

-- Texts. `baseline` says that a text shipped with the project: the console never does, nor does it
-- choose an id, or the state that an edition begins in.
GRANT SELECT ON script, edition TO :"role";
GRANT INSERT ON script TO :"role";
GRANT INSERT (script_id, locale, audience, channel, country, body, buttons, says, handoffs,
              resources, sources, content_hash, source_edition_id, author, last_editor, created)
   ON edition TO :"role";
GRANT UPDATE (body, buttons, says, handoffs, resources, sources, content_hash, source_edition_id,
              last_editor, state, submitter, reviewed_by, reviewed, round, needed)
   ON edition TO :"role";

-- What was decided, published and noted is added to and never changed.
GRANT SELECT ON revision, decision, recheck, withdrawal, release, release_edition, event TO :"role";
GRANT INSERT (edition_id, content_hash, editor, created) ON revision TO :"role";
GRANT INSERT (edition_id, content_hash, round, actor, verdict, reason, created)
   ON decision TO :"role";
GRANT INSERT (edition_id, content_hash, actor, note, created) ON recheck TO :"role";
GRANT INSERT (edition_id, holding_id, actor, reason, created) ON withdrawal TO :"role";
GRANT UPDATE (lifted) ON withdrawal TO :"role";
GRANT INSERT ON release, release_edition TO :"role";
GRANT INSERT (created, actor, tag, subject, reason, before_hash, after_hash, previous, hash)
   ON event TO :"role";

-- People. A name never changes and never goes: the audit trail says it.
GRANT SELECT, INSERT ON staff TO :"role";
GRANT UPDATE (password_hash, temporary_until, totp_sealed, totp_last, active, failures, failed)
   ON staff TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE
   ON staff_role, staff_session, passkey, recovery_code, known_device, challenge TO :"role";

-- Talk, links and calls, and what is learned.
GRANT SELECT, INSERT, UPDATE, DELETE
   ON comment, link_check, call_back, hidden_link, proposal TO :"role";
GRANT SELECT ON tally TO :"role";
GRANT SELECT, DELETE ON unclear TO :"role";

GRANT USAGE ON SEQUENCE edition_id_seq, revision_id_seq, decision_id_seq, recheck_id_seq,
      withdrawal_id_seq, event_id_seq, staff_id_seq, passkey_id_seq, recovery_code_id_seq,
      comment_id_seq, link_check_id_seq, call_back_id_seq, proposal_id_seq TO :"role";

-- Conversations are none of the console's business:
-- closed: session, inbox, outbox, seen, button, dead_letter
COMMIT;
