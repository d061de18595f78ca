-- A crash of the database may take the counts of attempts, and nothing waits for a disk because of them.
ALTER TABLE "attempts" SET UNLOGGED;
-- Takes attempts, each of all its budgets or of none, one after another, and returns for each by its position the budgets
-- that count: how long to wait by each, and whether those that are being judged fill it. One statement sees no row that
-- another one has just made; a function of several does, once it holds the rows of all, which everybody locks in one order.
CREATE FUNCTION "take_attempts"("tried" jsonb, "moment" bigint, "lease" bigint) RETURNS TABLE ("position" bigint, "budget" text, "wait" bigint, "full" boolean)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE "budgets" jsonb; "nth" bigint;
BEGIN
  -- Of what was taken so long ago nobody says any more what it was: its gateway is gone.
  INSERT INTO "attempts" AS "row" ("key", "forgottenAt", "wrongAt", "underWay", "takenAt", "knownUntil", "removableAt")
  SELECT DISTINCT "given" ->> 'given' AS "key", 0, 0, 0, 0, 0, "moment" + "lease"
  FROM jsonb_array_elements("tried") AS "one", jsonb_array_elements("one") AS "given" ORDER BY "key"
  ON CONFLICT ("key") DO UPDATE SET "underWay" = 0
  WHERE "row"."underWay" > 0 AND "row"."takenAt" <= "moment" - "lease";
  FOR "budgets", "nth" IN SELECT * FROM jsonb_array_elements("tried") WITH ORDINALITY LOOP
    RETURN QUERY
    WITH "found" AS (
      SELECT "row"."key", "row"."forgottenAt", "row"."wrongAt", "row"."underWay", "row"."knownUntil" > "moment" AS "known", "given".*,
        (greatest(0, "row"."forgottenAt" - "moment") + "given"."forgetAfter" - 1) / "given"."forgetAfter" AS "count"
      FROM "attempts" AS "row" JOIN jsonb_to_recordset("budgets")
        AS "given" ("given" text, "free" bigint, "firstWait" bigint, "longestWait" bigint, "forgetAfter" bigint) ON "row"."key" = "given"."given"
    ), "counting" AS (
      SELECT "key", "underWay" >= greatest(1, "free" - "count") AS "full",
        CASE WHEN "count" < "free" THEN 0 ELSE greatest(0, least(
          "wrongAt" + least("longestWait", "firstWait" << least(30, "count" - "free")::integer),
          "forgottenAt" - ("free" - 1) * "forgetAfter"
        ) - "moment") END AS "wait"
      FROM "found" WHERE "known" OR NOT EXISTS (SELECT 1 FROM "found" WHERE "known")
    ), "taken" AS (
      UPDATE "attempts" SET "underWay" = "attempts"."underWay" + 1, "takenAt" = CASE WHEN "attempts"."underWay" = 0 THEN "moment" ELSE "attempts"."takenAt" END,
        "removableAt" = greatest("removableAt", "moment" + "lease")
      FROM "counting" WHERE "attempts"."key" = "counting"."key" AND NOT EXISTS (SELECT 1 FROM "counting" WHERE "wait" > 0 OR "full")
    )
    SELECT "nth", "key", "wait", "full" FROM "counting";
  END LOOP;
END $$;
