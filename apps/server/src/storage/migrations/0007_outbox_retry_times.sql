ALTER TABLE "sessions" ADD COLUMN "token_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "last_writer" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "nlu_turn_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox_retries" ADD COLUMN "next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL;