ALTER TABLE "calls" ADD COLUMN "end_detail" text;--> statement-breakpoint
-- What was a sentence of the network becomes the detail, and the reason one of the words that the contract names.
UPDATE "calls" SET
	"end_detail" = CASE WHEN "end_reason" ~ '^[a-z_]+$' THEN NULL ELSE "end_reason" END,
	"ended_by" = CASE WHEN "end_reason" = 'abandoned' THEN 'network' ELSE "ended_by" END,
	"end_reason" = CASE
		WHEN "end_reason" IN ('completed', 'transferred', 'silence', 'max_duration', 'replaced', 'shutdown', 'busy', 'no_answer', 'canceled', 'machine', 'error') THEN "end_reason"
		WHEN "end_reason" = 'caller_left' THEN 'hung_up'
		WHEN "end_reason" = 'abandoned' THEN 'server_lost'
		WHEN "answered_at" IS NULL AND "ended_by" = 'network' AND "end_reason" <> 'failed' THEN 'unreachable'
		WHEN "ended_by" = 'far' THEN 'hung_up'
		WHEN "ended_by" = 'network' AND "answered_at" IS NOT NULL THEN 'network_lost'
		ELSE 'error'
	END
WHERE "end_reason" IS NOT NULL;
