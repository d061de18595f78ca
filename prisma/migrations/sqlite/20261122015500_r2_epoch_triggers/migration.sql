-- Every change of a role raises the security epoch, in the statement that makes it.
CREATE TRIGGER "roles_insert_raises_epoch" AFTER INSERT ON "roles" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
CREATE TRIGGER "roles_update_raises_epoch" AFTER UPDATE ON "roles" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
CREATE TRIGGER "roles_delete_raises_epoch" AFTER DELETE ON "roles" BEGIN UPDATE "cluster" SET "securityEpoch" = "securityEpoch" + 1; END;
