-- Another password, and being disabled, make a user another incarnation, in the statement that does it: that ends the user's tokens.
CREATE FUNCTION "renew_incarnation"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN NEW."incarnation" := gen_random_uuid()::text; RETURN NEW; END $$;
CREATE TRIGGER "users_update_renews_incarnation" BEFORE UPDATE ON "users" FOR EACH ROW WHEN ((NEW."passwordHash" <> OLD."passwordHash" OR (OLD."enabled" AND NOT NEW."enabled")) AND NEW."incarnation" IS NOT DISTINCT FROM OLD."incarnation") EXECUTE FUNCTION "renew_incarnation"();
