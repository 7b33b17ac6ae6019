-- Partitions stand behind the wall too: whoever names one directly sees no more than through the whole table.
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
		PERFORM parley_wall(part::regclass);
	END IF;
	RETURN part;
END $$;
--> statement-breakpoint
SELECT parley_wall(inhrelid::regclass) FROM pg_inherits WHERE inhparent = 'conversation_turns'::regclass;
