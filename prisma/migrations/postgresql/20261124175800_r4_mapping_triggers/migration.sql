-- Every change of a role mapping raises the security epoch, in the statement that makes it.
CREATE TRIGGER "role_mappings_raise_epoch" AFTER INSERT OR UPDATE OR DELETE ON "role_mappings" FOR EACH ROW EXECUTE FUNCTION "raise_security_epoch"();
