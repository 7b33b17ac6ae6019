CREATE TABLE "conversation_usage" (
	"organization_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"stay_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"engine" text NOT NULL,
	"unit" text NOT NULL,
	"quantity" bigint NOT NULL,
	"cost_micros" bigint,
	"currency" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversation_usage_session_id_stay_id_kind_engine_unit_pk" PRIMARY KEY("session_id","stay_id","kind","engine","unit")
);
--> statement-breakpoint
CREATE TABLE "provider_accounts" (
	"organization_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"sealed_account" text NOT NULL,
	"label" text DEFAULT '' NOT NULL,
	"hint" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "provider_accounts_organization_id_provider_pk" PRIMARY KEY("organization_id","provider")
);
--> statement-breakpoint
ALTER TABLE "conversation_usage" ADD CONSTRAINT "conversation_usage_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_usage" ADD CONSTRAINT "conversation_usage_session_id_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_accounts" ADD CONSTRAINT "provider_accounts_organization_id_organizations_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversation_usage_newest" ON "conversation_usage" USING btree ("organization_id","created_at");--> statement-breakpoint
SELECT parley_wall('provider_accounts');--> statement-breakpoint
SELECT parley_wall('conversation_usage');
