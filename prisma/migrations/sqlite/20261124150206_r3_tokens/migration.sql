-- AlterTable
ALTER TABLE "cluster" ADD COLUMN "realms" TEXT;

-- CreateTable
CREATE TABLE "tokens" (
    "accessHash" TEXT NOT NULL PRIMARY KEY,
    "refreshHash" TEXT,
    "family" TEXT NOT NULL,
    "familyStartedAt" BIGINT NOT NULL,
    "base" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "realmName" TEXT NOT NULL,
    "realmType" TEXT NOT NULL,
    "incarnation" TEXT,
    "subject" JSONB,
    "clientUsername" TEXT NOT NULL,
    "clientRealmName" TEXT NOT NULL,
    "clientRealmType" TEXT NOT NULL,
    "issuedAt" BIGINT NOT NULL,
    "accessExpiresAt" BIGINT NOT NULL,
    "refreshExpiresAt" BIGINT,
    "accessInvalidated" BOOLEAN NOT NULL,
    "refreshInvalidated" BOOLEAN NOT NULL,
    "refreshedAt" BIGINT,
    "successorSalt" TEXT,
    "removableAt" BIGINT NOT NULL
);

-- CreateIndex
CREATE INDEX "tokens_refreshHash_idx" ON "tokens"("refreshHash");

-- CreateIndex
CREATE INDEX "tokens_family_accessHash_idx" ON "tokens"("family", "accessHash");

-- CreateIndex
CREATE INDEX "tokens_base_accessHash_idx" ON "tokens"("base", "accessHash");

-- CreateIndex
CREATE INDEX "tokens_successorSalt_idx" ON "tokens"("successorSalt");

-- CreateIndex
CREATE INDEX "tokens_removableAt_idx" ON "tokens"("removableAt");
