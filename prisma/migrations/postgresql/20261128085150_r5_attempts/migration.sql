-- CreateTable
CREATE TABLE "attempts" (
    "key" TEXT NOT NULL,
    "forgottenAt" BIGINT NOT NULL,
    "wrongAt" BIGINT NOT NULL,
    "underWay" INTEGER NOT NULL,
    "takenAt" BIGINT NOT NULL,
    "knownUntil" BIGINT NOT NULL,
    "removableAt" BIGINT NOT NULL,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "attempts_removableAt_idx" ON "attempts"("removableAt");
