CREATE TABLE "people" (
	"person_id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"identifier" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "privacy_requests" (
	"request_id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"requested_by" text NOT NULL,
	"sealed_person" text,
	"figures" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed_result" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privacy_requests" ADD CONSTRAINT "privacy_requests_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "people_once" ON "people" USING btree ("organization_id","kind","identifier");--> statement-breakpoint
CREATE INDEX "privacy_requests_newest" ON "privacy_requests" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "privacy_requests_due" ON "privacy_requests" USING btree ("created_at") WHERE status in ('waiting', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "data_keys_in_service" ON "data_keys" USING btree ((retired_at is null)) WHERE retired_at is null;--> statement-breakpoint
SELECT parley_wall('people');
--> statement-breakpoint
SELECT parley_wall('privacy_requests');
--> statement-breakpoint
-- Whoever asks, and with whatever rights: rows are never changed, and deleted only when they are older than the organization itself
-- has said to keep them, and never within 90 days. The setting's own change is in the log.
CREATE FUNCTION parley_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	kept_days integer;
BEGIN
	IF TG_OP = 'DELETE' THEN
		SELECT CASE WHEN jsonb_typeof(settings #> '{privacy,retention_days,audit}') = 'number'
			THEN (settings #>> '{privacy,retention_days,audit}')::numeric::integer END
			INTO kept_days FROM organizations WHERE organization_id = OLD.organization_id;
		IF kept_days IS NOT NULL AND OLD.at < now() - make_interval(days => greatest(kept_days, 90)) THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'rows of % are never changed, and not deleted before their time', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
DROP TRIGGER audit_logs_append_only ON "audit_logs";
--> statement-breakpoint
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON "audit_logs" FOR EACH ROW EXECUTE FUNCTION parley_audit_kept();
