-- AlterTable
ALTER TABLE "users" ADD COLUMN     "incarnation" TEXT;

-- AlterTable
ALTER TABLE "cluster" ADD COLUMN     "securityEpoch" BIGINT NOT NULL DEFAULT 0;
