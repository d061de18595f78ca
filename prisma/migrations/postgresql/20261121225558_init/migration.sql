-- CreateTable
CREATE TABLE "users" (
    "username" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "roles" JSONB NOT NULL,
    "fullName" TEXT,
    "email" TEXT,
    "metadata" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "revision" INTEGER NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("username")
);

-- CreateTable
CREATE TABLE "roles" (
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "revision" INTEGER NOT NULL,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "profiles" (
    "uid" TEXT NOT NULL,
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
    "seqNo" BIGINT NOT NULL,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("uid")
);

-- CreateTable
CREATE TABLE "cluster" (
    "id" INTEGER NOT NULL,
    "uuid" TEXT NOT NULL,

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "profiles_base_idx" ON "profiles"("base");
