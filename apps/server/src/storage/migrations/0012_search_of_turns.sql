CREATE INDEX "conversation_turns_intent" ON "conversation_turns" USING btree ("organization_id","detected_intent","session_started_at");--> statement-breakpoint
-- Texts are found by an index, past a rule of PostgreSQL: under row-level security an index may serve a condition only when its
-- operator cannot tell of rows that are not to be seen, and that of full text search is not held to be such. Conditions of the wall
-- itself are free of that. So the partitions, which are named directly by nothing but a search, have a wall of their own, whose gaps
-- are what `parley.search` (a tsquery) finds of one's own organization.
CREATE FUNCTION parley_search_wall(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
	EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', part);
	EXECUTE format('DROP POLICY IF EXISTS parley_wall ON %s', part);
	-- In the scope of all it finds all, so that a dump is whole: no text has a word with spaces in it.
	EXECUTE format('CREATE POLICY parley_wall ON %s USING (
		(organization_id = nullif(current_setting(''parley.organization'', true), '''')::uuid
			OR current_setting(''parley.scope'', true) = ''all'')
		AND search @@ CASE WHEN current_setting(''parley.scope'', true) = ''all'' THEN ''!''''no such word''''''
			ELSE coalesce(current_setting(''parley.search'', true), '''') END::tsquery)', part);
	-- Whoever signs in as one that no wall holds reads in another role, which the first start makes after the migrations.
	IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
		AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'parley_walled') THEN
		EXECUTE format('GRANT SELECT ON %s TO parley_walled', part);
	END IF;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION parley_turn_partition(moment timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	month timestamp := date_trunc('month', moment at time zone 'UTC');
	part text := 'conversation_turns_' || to_char(month, 'YYYY_MM');
BEGIN
	-- One server at a time: two that look at once would both make it.
	PERFORM pg_advisory_xact_lock(7275393);
	IF to_regclass(part) IS NULL THEN
		EXECUTE format('CREATE TABLE %I PARTITION OF conversation_turns FOR VALUES FROM (%L) TO (%L)',
			part, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
		PERFORM parley_search_wall(part::regclass);
	END IF;
	RETURN part;
END $$;
--> statement-breakpoint
SELECT parley_search_wall(inhrelid::regclass) FROM pg_inherits WHERE inhparent = 'conversation_turns'::regclass;
