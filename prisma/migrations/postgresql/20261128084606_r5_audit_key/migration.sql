-- AlterTable
ALTER TABLE "cluster" ADD COLUMN     "auditKey" TEXT;
