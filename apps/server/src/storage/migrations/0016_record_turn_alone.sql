-- `parley_record_turn` as a statement of its own, with neither begin nor commit around it: it says itself whose rows it may see, for
-- the one statement that the transaction is. `walled` is the role to take first where the login is one that no row-level security
-- holds (a superuser, as the embedded database's is); null where it is held anyway. What runs inside sees the organization alone,
-- and a session of another organization is `unknown`.
-- With `waits` false it answers `busy` rather than wait for whoever is at the session: many turns are written by one statement, and
-- none of them may keep the others waiting, nor two such statements each other.
CREATE FUNCTION parley_record_turn_alone(
	organization uuid, walled text, waits boolean,
	session uuid, writer uuid, known integer, next integer, turn jsonb, memory jsonb, expected text, happened jsonb
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF walled IS NOT NULL THEN
		PERFORM set_config('role', walled, true);
	END IF;
	PERFORM set_config('parley.organization', organization::text, true);
	IF NOT waits THEN
		PERFORM FROM sessions WHERE session_id = session FOR UPDATE SKIP LOCKED;
		IF NOT FOUND THEN
			RETURN 'busy';
		END IF;
	END IF;
	RETURN parley_record_turn(session, writer, known, next, turn, memory, expected, happened);
END $$;
