CREATE TABLE "usage_days" (
	"organization_id" uuid NOT NULL,
	"day" date NOT NULL,
	"kind" text NOT NULL,
	"engine" text NOT NULL,
	"unit" text NOT NULL,
	"currency" text DEFAULT '' NOT NULL,
	"quantity" bigint NOT NULL,
	"cost_micros" bigint,
	"last_use_id" uuid NOT NULL,
	CONSTRAINT "usage_days_organization_id_day_kind_engine_unit_currency_pk" PRIMARY KEY("organization_id","day","kind","engine","unit","currency")
);
--> statement-breakpoint
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
SELECT parley_wall('usage_days');--> statement-breakpoint
-- What conversations took before there were sums.
INSERT INTO "usage_days" ("organization_id", "day", "kind", "engine", "unit", "currency", "quantity", "cost_micros", "last_use_id")
SELECT "organization_id", ("created_at" AT TIME ZONE 'UTC')::date, "kind", "engine", "unit", coalesce("currency", ''), sum("quantity"), sum("cost_micros"), gen_random_uuid()
FROM "conversation_usage" GROUP BY 1, 2, 3, 4, 5, 6;
