CREATE TABLE "appointment_changes" (
	"idempotency_key" text PRIMARY KEY NOT NULL,
	"organization_id" uuid DEFAULT '00000000-0000-4000-8000-000000000001' NOT NULL,
	"appointment_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"change" text NOT NULL,
	"chair_id" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "appointments_once";--> statement-breakpoint
ALTER TABLE "appointments" ADD COLUMN "chair_id" text;--> statement-breakpoint
ALTER TABLE "appointments" ADD COLUMN "ends_at" timestamp (3) with time zone;--> statement-breakpoint
-- Until now an appointment had no end and no chair. Ends: what the services take in the shop that shipped.
UPDATE "appointments" SET "chair_id" = 'chair-1', "ends_at" = "starts_at" + CASE "service"
	WHEN 'hair color' THEN interval '90 minutes'
	WHEN 'wash and blow dry' THEN interval '45 minutes'
	ELSE interval '30 minutes'
END;--> statement-breakpoint
-- Chairs: the first that was free, in the order of booking. Nothing kept appointments apart, so more may stand at once than
-- there are chairs; those people were told that they are booked, so each keeps the time, on a chair numbered beyond.
DO $$
DECLARE
	one record;
	chair integer;
BEGIN
	UPDATE "appointments" SET "chair_id" = '' WHERE "status" = 'booked';
	FOR one IN SELECT * FROM "appointments" WHERE "status" = 'booked' ORDER BY "created_at", "appointment_id" LOOP
		chair := 1;
		WHILE EXISTS (
			SELECT 1 FROM "appointments" AS other
			WHERE other."status" = 'booked' AND other."organization_id" = one."organization_id"
				AND other."chair_id" = 'chair-' || chair
				AND other."starts_at" < one."ends_at" AND other."ends_at" > one."starts_at"
		) LOOP
			chair := chair + 1;
		END LOOP;
		UPDATE "appointments" SET "chair_id" = 'chair-' || chair WHERE "appointment_id" = one."appointment_id";
	END LOOP;
END $$;--> statement-breakpoint
ALTER TABLE "appointments" ALTER COLUMN "chair_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "appointments" ALTER COLUMN "ends_at" SET NOT NULL;--> statement-breakpoint
-- The keys of bookings that were made, so that a booking that is tried again over the update is still one.
INSERT INTO "appointment_changes" ("idempotency_key", "organization_id", "appointment_id", "session_id", "change", "chair_id", "starts_at", "ends_at", "time_zone", "created_at")
	SELECT "idempotency_key", "organization_id", "appointment_id", "session_id", 'booked', "chair_id", "starts_at", "ends_at", "time_zone", "created_at" FROM "appointments";--> statement-breakpoint
ALTER TABLE "appointment_changes" ADD CONSTRAINT "appointment_changes_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointment_changes" ADD CONSTRAINT "appointment_changes_appointment_id_appointments_appointment_id_fk" FOREIGN KEY ("appointment_id") REFERENCES "public"."appointments"("appointment_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointment_changes" ADD CONSTRAINT "appointment_changes_session_id_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "appointment_changes_session" ON "appointment_changes" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "appointment_changes_appointment" ON "appointment_changes" USING btree ("appointment_id");--> statement-breakpoint
CREATE INDEX "appointments_phone" ON "appointments" USING btree ("organization_id",right("phone", 7));--> statement-breakpoint
ALTER TABLE "appointments" DROP COLUMN "idempotency_key";--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_time" CHECK (ends_at > starts_at);--> statement-breakpoint
-- Comes with PostgreSQL and is trusted: the owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS "btree_gist";--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_no_overlap" EXCLUDE USING gist (
	"organization_id" WITH =,
	"chair_id" WITH =,
	tstzrange("starts_at", "ends_at") WITH &&
) WHERE ("status" = 'booked');
