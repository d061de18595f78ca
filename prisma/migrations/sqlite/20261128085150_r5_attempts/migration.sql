-- CreateTable
CREATE TABLE "attempts" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "forgottenAt" BIGINT NOT NULL,
    "wrongAt" BIGINT NOT NULL,
    "underWay" INTEGER NOT NULL,
    "takenAt" BIGINT NOT NULL,
    "knownUntil" BIGINT NOT NULL,
    "removableAt" BIGINT NOT NULL
);

-- CreateIndex
CREATE INDEX "attempts_removableAt_idx" ON "attempts"("removableAt");
