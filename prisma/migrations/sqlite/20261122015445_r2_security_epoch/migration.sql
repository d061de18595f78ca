-- AlterTable
ALTER TABLE "users" ADD COLUMN "incarnation" TEXT;

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_cluster" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uuid" TEXT NOT NULL,
    "securityEpoch" BIGINT NOT NULL DEFAULT 0
);
INSERT INTO "new_cluster" ("id", "uuid") SELECT "id", "uuid" FROM "cluster";
DROP TABLE "cluster";
ALTER TABLE "new_cluster" RENAME TO "cluster";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
