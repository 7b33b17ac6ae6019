DROP INDEX "sessions_newest";--> statement-breakpoint
DROP INDEX "webhook_deliveries_newest";--> statement-breakpoint
DROP INDEX "audit_logs_newest";--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("organization_id","started_at" DESC NULLS FIRST,"session_id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "webhook_deliveries_newest" ON "webhook_deliveries" USING btree ("webhook_id","created_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "audit_logs_newest" ON "audit_logs" USING btree ("organization_id","at" DESC NULLS FIRST,"audit_id" DESC NULLS FIRST);