DROP INDEX "appointments_phone";--> statement-breakpoint
ALTER TABLE "appointments" ADD COLUMN "phone_tail" text GENERATED ALWAYS AS (right(phone, 7)) STORED;--> statement-breakpoint
CREATE INDEX "appointments_phone" ON "appointments" USING btree ("organization_id","phone_tail");