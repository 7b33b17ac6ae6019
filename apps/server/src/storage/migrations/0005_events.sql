CREATE TABLE "outbox_retries" (
	"subscriber" text NOT NULL,
	"position" bigint NOT NULL,
	"organization_id" uuid NOT NULL,
	"conversation_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"held_since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_retries_subscriber_position_pk" PRIMARY KEY("subscriber","position")
);
--> statement-breakpoint
DROP INDEX "jobs_repeating";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "every_ms" integer;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "locked_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "last_attempt_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "sealed_previous_secret" text;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "previous_secret_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "failing_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "disabled_reason" text;--> statement-breakpoint
ALTER TABLE "outbox_retries" ADD CONSTRAINT "outbox_retries_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_retries_conversation" ON "outbox_retries" USING btree ("subscriber","conversation_id");--> statement-breakpoint
CREATE INDEX "outbox_retries_position" ON "outbox_retries" USING btree ("position");--> statement-breakpoint
CREATE INDEX "jobs_finished" ON "jobs" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_line" ON "webhook_deliveries" USING btree ("webhook_id","conversation_id","position") WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_age" ON "webhook_deliveries" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_repeating" ON "jobs" USING btree ("kind") WHERE every_ms is not null;--> statement-breakpoint
select parley_wall('outbox_retries');
