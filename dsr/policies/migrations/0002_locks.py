"""What a request rests on stays as it was: said by the database itself."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION policies_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.policy_id, NEW.label, NEW.effective_on, NEW.in_force_from, NEW.text, NEW.text_sha256)
       IS DISTINCT FROM
       (OLD.policy_id, OLD.label, OLD.effective_on, OLD.in_force_from, OLD.text, OLD.text_sha256)
       AND EXISTS (SELECT 1 FROM policies_reading
                   WHERE version_id = OLD.id AND used_at IS NOT NULL) THEN
        RAISE EXCEPTION 'policy version % is in use and does not change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER policies_version_kept BEFORE UPDATE ON policies_policyversion
    FOR EACH ROW EXECUTE FUNCTION policies_version_kept();

CREATE FUNCTION policies_reading_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.used_at IS NOT NULL THEN
            RAISE EXCEPTION 'reading % is in use and stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.used_at IS NOT NULL
       OR (NEW.version_id, NEW.number, NEW.file_sha256, NEW.content_sha256, NEW.loaded_at)
          IS DISTINCT FROM
          (OLD.version_id, OLD.number, OLD.file_sha256, OLD.content_sha256, OLD.loaded_at) THEN
        RAISE EXCEPTION 'reading % is never changed: load a new one', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER policies_reading_kept BEFORE UPDATE OR DELETE ON policies_reading
    FOR EACH ROW EXECUTE FUNCTION policies_reading_kept();

CREATE FUNCTION policies_right_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'rights are never changed: load a new reading'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM policies_reading
               WHERE id = OLD.reading_id AND used_at IS NOT NULL) THEN
        RAISE EXCEPTION 'right % belongs to a reading in use and stays', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER policies_right_kept BEFORE UPDATE OR DELETE ON policies_right
    FOR EACH ROW EXECUTE FUNCTION policies_right_kept();
"""

BACKWARD = """
DROP TRIGGER policies_version_kept ON policies_policyversion;
DROP TRIGGER policies_reading_kept ON policies_reading;
DROP TRIGGER policies_right_kept ON policies_right;
DROP FUNCTION policies_version_kept();
DROP FUNCTION policies_reading_kept();
DROP FUNCTION policies_right_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
