DROP INDEX "sessions_context";--> statement-breakpoint
CREATE INDEX "sessions_initial_context" ON "sessions" USING gin ("initial_context");