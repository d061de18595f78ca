-- Every change of a role raises the security epoch, in the statement that makes it.
CREATE FUNCTION "raise_security_epoch"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; RETURN NULL; END $$;
CREATE TRIGGER "roles_raise_epoch" AFTER INSERT OR UPDATE OR DELETE ON "roles" FOR EACH ROW EXECUTE FUNCTION "raise_security_epoch"();
