-- `parley_record_turn` writes nothing into a conversation that was erased: as the turns were before, an erasure was undone by one that
-- waited for the database and was brought in afterwards. For the rest it is as it was made.
CREATE OR REPLACE FUNCTION parley_record_turn(
	session uuid, writer uuid, known integer, next integer, turn jsonb, memory jsonb, expected text, happened jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	owner record;
	new_turn conversation_turns := jsonb_populate_record(null::conversation_turns, turn);
	old_turn record;
	is_new boolean;
	becomes_complete boolean;
	is_latest boolean := false;
	scored integer;
BEGIN
	-- The session's row is taken first: writers of one conversation, wherever they run, go one after another.
	SELECT organization_id, started_at, ended_at, version, last_writer, language, nlu_avg_confidence, nlu_turn_count,
		(end_reason = 'erased' OR token_hash = '[erased]') IS TRUE AS is_erased
		INTO owner FROM sessions WHERE session_id = session FOR UPDATE;
	IF NOT FOUND THEN RETURN 'unknown'; END IF;
	-- What waited for the database while it was erased, in a journal or in another process, is not brought back. Whoever is still at
	-- it is told below that somebody else wrote, and leaves it.
	IF owner.is_erased AND known IS NULL THEN RETURN 'unknown'; END IF;
	IF known IS NULL THEN
		next := owner.version + 1;
	ELSIF owner.last_writer IS NOT DISTINCT FROM writer AND owner.version >= next THEN
		RETURN 'overtaken';
	ELSIF owner.version <> known AND owner.last_writer IS DISTINCT FROM writer THEN
		RETURN 'moved';
	END IF;
	IF new_turn.message_id IS NOT NULL AND EXISTS (
		SELECT FROM conversation_turns t WHERE t.session_id = session AND t.message_id = new_turn.message_id
			AND t.session_started_at = owner.started_at AND t.turn_number <> new_turn.turn_number
	) THEN
		RETURN 'answered';
	END IF;
	SELECT bot_response_text, heard_text, intent_confidence INTO old_turn FROM conversation_turns t
		WHERE t.session_id = session AND t.turn_number = new_turn.turn_number AND t.session_started_at = owner.started_at;
	is_new := NOT FOUND;
	IF is_new THEN
		INSERT INTO conversation_turns (
			organization_id, session_id, session_started_at, turn_number, speaker, cause, user_input_text, user_input_language,
			message_id, modality, asr_confidence, rejected, detected_intent, intent_confidence, extracted_entities,
			bot_response_text, heard_text, interrupted, tone, bot_action, "timestamp", processing_time_ms, waterfall, voice_to_voice_ms
		) VALUES (
			owner.organization_id, session, owner.started_at, new_turn.turn_number, new_turn.speaker, new_turn.cause,
			new_turn.user_input_text, CASE WHEN new_turn.user_input_text IS NOT NULL THEN owner.language END, new_turn.message_id,
			new_turn.modality, new_turn.asr_confidence, new_turn.rejected, new_turn.detected_intent, new_turn.intent_confidence,
			new_turn.extracted_entities, new_turn.bot_response_text, new_turn.heard_text, new_turn.interrupted, new_turn.tone,
			new_turn.bot_action, new_turn."timestamp", new_turn.processing_time_ms, new_turn.waterfall, new_turn.voice_to_voice_ms
		);
	ELSE
		UPDATE conversation_turns t SET
			speaker = new_turn.speaker, cause = new_turn.cause, user_input_text = new_turn.user_input_text,
			user_input_language = CASE WHEN new_turn.user_input_text IS NOT NULL THEN owner.language END,
			message_id = new_turn.message_id, modality = new_turn.modality, asr_confidence = new_turn.asr_confidence,
			rejected = new_turn.rejected, detected_intent = new_turn.detected_intent, intent_confidence = new_turn.intent_confidence,
			extracted_entities = new_turn.extracted_entities, bot_response_text = new_turn.bot_response_text,
			heard_text = new_turn.heard_text, interrupted = new_turn.interrupted, tone = new_turn.tone,
			bot_action = new_turn.bot_action, "timestamp" = new_turn."timestamp", processing_time_ms = new_turn.processing_time_ms,
			waterfall = new_turn.waterfall, voice_to_voice_ms = new_turn.voice_to_voice_ms
		WHERE t.session_id = session AND t.turn_number = new_turn.turn_number AND t.session_started_at = owner.started_at;
	END IF;
	-- What was heard of an earlier turn may be stored after a later turn: the later one's memory stands.
	IF memory IS NOT NULL THEN
		is_latest := NOT EXISTS (
			SELECT FROM conversation_turns t WHERE t.session_id = session AND t.turn_number > new_turn.turn_number
				AND t.session_started_at = owner.started_at
		);
	END IF;
	scored := owner.nlu_turn_count + (new_turn.intent_confidence IS NOT NULL)::int
		- (NOT is_new AND old_turn.intent_confidence IS NOT NULL)::int;
	UPDATE sessions SET
		version = next,
		last_writer = writer,
		-- A turn may be completed (what was heard) after the end.
		last_activity_at = CASE WHEN ended_at IS NULL THEN now() ELSE last_activity_at END,
		current_state = CASE WHEN ended_at IS NULL THEN 'active' ELSE current_state END,
		context = CASE WHEN is_latest THEN memory ELSE context END,
		expects = CASE WHEN is_latest THEN expected ELSE expects END,
		nlu_turn_count = scored,
		nlu_avg_confidence = CASE WHEN scored > 0 THEN
			(coalesce(owner.nlu_avg_confidence, 0) * owner.nlu_turn_count + coalesce(new_turn.intent_confidence, 0)
				- CASE WHEN is_new THEN 0 ELSE coalesce(old_turn.intent_confidence, 0) END) / scored END
		WHERE session_id = session;
	becomes_complete := (new_turn.bot_response_text IS NULL OR new_turn.heard_text IS NOT NULL)
		AND (is_new OR (old_turn.bot_response_text IS NOT NULL AND old_turn.heard_text IS NULL));
	IF is_new OR becomes_complete THEN
		INSERT INTO outbox (organization_id, conversation_id, topic, type, payload)
			SELECT owner.organization_id, session, event->>'topic', event->>'type', event->'payload'
			FROM jsonb_array_elements(happened) WITH ORDINALITY AS list(event, place)
			WHERE (event->>'moment' = 'first' AND is_new) OR (event->>'moment' = 'complete' AND becomes_complete)
			ORDER BY place;
	END IF;
	RETURN 'written';
END $$;
