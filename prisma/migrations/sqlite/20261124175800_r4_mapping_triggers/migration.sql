-- Every change of a role mapping raises the security epoch, in the statement that makes it.
CREATE TRIGGER "role_mappings_insert_raises_epoch" AFTER INSERT ON "role_mappings" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
CREATE TRIGGER "role_mappings_update_raises_epoch" AFTER UPDATE ON "role_mappings" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
CREATE TRIGGER "role_mappings_delete_raises_epoch" AFTER DELETE ON "role_mappings" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
