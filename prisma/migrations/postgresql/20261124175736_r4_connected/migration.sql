-- AlterTable
ALTER TABLE "tokens" ADD COLUMN     "apiKeyId" TEXT;

-- CreateTable
CREATE TABLE "role_mappings" (
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "revision" INTEGER NOT NULL,

    CONSTRAINT "role_mappings_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "keyHash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "base" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "realmName" TEXT NOT NULL,
    "realmType" TEXT NOT NULL,
    "realmDomain" TEXT,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT,
    "invalidatedAt" BIGINT,
    "roleDescriptors" JSONB NOT NULL,
    "limitedBy" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "removableAt" BIGINT,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "api_keys_base_id_idx" ON "api_keys"("base", "id");

-- CreateIndex
CREATE INDEX "api_keys_removableAt_idx" ON "api_keys"("removableAt");
