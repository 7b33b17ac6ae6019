CREATE TABLE "appointments" (
	"appointment_id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid DEFAULT '00000000-0000-4000-8000-000000000001' NOT NULL,
	"session_id" uuid NOT NULL,
	"idempotency_key" text NOT NULL,
	"service" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"name" text NOT NULL,
	"phone" text NOT NULL,
	"status" text DEFAULT 'booked' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"cancelled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "conversation_turns" (
	"turn_id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "conversation_turns_turn_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_id" uuid DEFAULT '00000000-0000-4000-8000-000000000001' NOT NULL,
	"session_id" uuid NOT NULL,
	"turn_number" integer NOT NULL,
	"speaker" text NOT NULL,
	"cause" text NOT NULL,
	"user_input_text" text,
	"message_id" text,
	"modality" text,
	"asr_confidence" real,
	"rejected" boolean DEFAULT false NOT NULL,
	"detected_intent" text,
	"intent_confidence" real,
	"extracted_entities" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"bot_response_text" text,
	"heard_text" text,
	"interrupted" boolean DEFAULT false NOT NULL,
	"tone" text,
	"bot_action" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"timestamp" timestamp (3) with time zone NOT NULL,
	"processing_time_ms" real,
	"waterfall" jsonb NOT NULL,
	"voice_to_voice_ms" real,
	"is_correct_intent" boolean,
	"corrected_intent" text,
	"annotation_notes" text,
	CONSTRAINT "conversation_turns_session_id_turn_number_pk" PRIMARY KEY("session_id","turn_number"),
	CONSTRAINT "conversation_turns_number" CHECK (turn_number > 0)
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"region" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid DEFAULT '00000000-0000-4000-8000-000000000001' NOT NULL,
	"channel_type" text NOT NULL,
	"agent_id" text NOT NULL,
	"caller_id" text,
	"user_id" text,
	"time_zone" text NOT NULL,
	"language" text NOT NULL,
	"token_hash" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	"duration_seconds" integer GENERATED ALWAYS AS (floor(extract(epoch from (ended_at - started_at)))::integer) STORED,
	"current_state" text DEFAULT 'new' NOT NULL,
	"context" jsonb,
	"expects" text,
	"last_activity_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_session_id_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_turns" ADD CONSTRAINT "conversation_turns_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_turns" ADD CONSTRAINT "conversation_turns_session_id_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "appointments_once" ON "appointments" USING btree ("idempotency_key");--> statement-breakpoint
CREATE INDEX "appointments_session" ON "appointments" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "appointments_when" ON "appointments" USING btree ("organization_id","starts_at");--> statement-breakpoint
CREATE UNIQUE INDEX "conversation_turns_message" ON "conversation_turns" USING btree ("session_id","message_id");--> statement-breakpoint
CREATE INDEX "conversation_turns_time" ON "conversation_turns" USING btree ("organization_id","timestamp");--> statement-breakpoint
CREATE INDEX "conversation_turns_entities" ON "conversation_turns" USING gin ("extracted_entities");--> statement-breakpoint
CREATE INDEX "sessions_context" ON "sessions" USING gin ("context");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("organization_id","started_at" DESC NULLS LAST,"session_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sessions_idle" ON "sessions" USING btree ("last_activity_at") WHERE ended_at is null;