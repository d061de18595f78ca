-- CreateTable
CREATE TABLE "users" (
    "username" TEXT NOT NULL PRIMARY KEY,
    "passwordHash" TEXT NOT NULL,
    "roles" JSONB NOT NULL,
    "fullName" TEXT,
    "email" TEXT,
    "metadata" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "revision" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "roles" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "definition" JSONB NOT NULL,
    "revision" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "profiles" (
    "uid" TEXT NOT NULL PRIMARY KEY,
    "base" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "roles" JSONB NOT NULL,
    "realmName" TEXT NOT NULL,
    "realmType" TEXT NOT NULL,
    "realmDomain" TEXT,
    "email" TEXT,
    "fullName" TEXT,
    "enabled" BOOLEAN NOT NULL,
    "lastSynchronized" BIGINT NOT NULL,
    "labels" JSONB NOT NULL,
    "data" JSONB NOT NULL,
    "seqNo" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "cluster" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uuid" TEXT NOT NULL
);

-- CreateIndex
CREATE INDEX "profiles_base_idx" ON "profiles"("base");
