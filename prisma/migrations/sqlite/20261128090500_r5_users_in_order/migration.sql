-- What can be large comes last: SQLite reads through all that stands before a column, and how large a user is must not be
-- seen by how long it takes to find out that a password is wrong.
CREATE TABLE "new_users" (
    "username" TEXT NOT NULL PRIMARY KEY,
    "passwordHash" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "revision" INTEGER NOT NULL,
    "incarnation" TEXT,
    "roles" JSONB NOT NULL,
    "fullName" TEXT,
    "email" TEXT,
    "metadata" JSONB NOT NULL
);
INSERT INTO "new_users" ("username", "passwordHash", "enabled", "revision", "incarnation", "roles", "fullName", "email", "metadata")
  SELECT "username", "passwordHash", "enabled", "revision", "incarnation", "roles", "fullName", "email", "metadata" FROM "users";
DROP TABLE "users";
ALTER TABLE "new_users" RENAME TO "users";
CREATE TRIGGER "users_update_renews_incarnation" AFTER UPDATE ON "users" WHEN (NEW."passwordHash" <> OLD."passwordHash" OR (OLD."enabled" AND NOT NEW."enabled")) AND NEW."incarnation" IS OLD."incarnation" BEGIN UPDATE "users" SET "incarnation" = lower(hex(randomblob(16))) WHERE "username" = NEW."username"; END;
