-- Organizations say it in `retention_days.audit` of their settings.
CREATE OR REPLACE FUNCTION parley_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	kept_days integer;
BEGIN
	IF TG_OP = 'DELETE' THEN
		SELECT CASE WHEN jsonb_typeof(settings #> '{retention_days,audit}') = 'number'
			THEN (settings #>> '{retention_days,audit}')::numeric::integer END
			INTO kept_days FROM organizations WHERE organization_id = OLD.organization_id;
		IF kept_days IS NOT NULL AND OLD.at < now() - make_interval(days => greatest(kept_days, 90)) THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'rows of % are never changed, and not deleted before their time', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
