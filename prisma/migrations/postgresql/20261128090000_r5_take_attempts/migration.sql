-- A crash of the database may take the counts of attempts, and nothing waits for a disk because of them.
ALTER TABLE "attempts" SET UNLOGGED;
-- Some rows are written all the time: a new version finds its place beside the one before.
ALTER TABLE "attempts" SET (fillfactor = 50);
-- Takes attempts, each of all its budgets or of none, one after another, and returns for each by its position the budgets
-- that count: how long to wait by each, and whether those that are being judged fill it. One statement sees no row that
-- another one has just made; a function of several does, once it holds the rows of all, which everybody locks in one order.
-- The planner takes a list in JSON for a long one: it would read the whole table.
CREATE FUNCTION "take_attempts"("tried" jsonb, "moment" bigint, "lease" bigint) RETURNS TABLE ("position" bigint, "counting" jsonb)
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  "budgets" jsonb;
  "nth" bigint;
  "said" jsonb;
  "more" jsonb;
  -- How many were taken of each budget.
  "taken" jsonb := '{}';
BEGIN
  -- Of what was taken so long ago nobody says any more what it was: its gateway is gone.
  INSERT INTO "attempts" AS "row" ("key", "forgottenAt", "wrongAt", "underWay", "takenAt", "knownUntil", "removableAt")
  SELECT DISTINCT "given" ->> 'given' AS "key", 0, 0, 0, 0, 0, "moment" + 2 * "lease"
  FROM jsonb_array_elements("tried") AS "one", jsonb_array_elements("one") AS "given" ORDER BY "key"
  ON CONFLICT ("key") DO UPDATE SET "underWay" = 0
  WHERE "row"."underWay" > 0 AND "row"."takenAt" <= "moment" - "lease";
  FOR "budgets", "nth" IN SELECT * FROM jsonb_array_elements("tried") WITH ORDINALITY LOOP
    WITH "found" AS (
      SELECT "key", "free", "firstWait", "longestWait", "forgetAfter", "forgottenAt", "wrongAt", "knownUntil" > "moment" AS "known",
        (greatest(0, "forgottenAt" - "moment") + "forgetAfter" - 1) / "forgetAfter" AS "count",
        coalesce(("taken" ->> "key")::integer, 0) AS "before", "underWay"
      FROM jsonb_to_recordset("budgets") AS "given" ("given" text, "free" bigint, "firstWait" bigint, "longestWait" bigint, "forgetAfter" bigint)
      JOIN "attempts" ON "key" = "given"
    ), "waiting" AS (
      SELECT "key", "before", "underWay" + "before" >= greatest(1, "free" - "count") AS "full",
        CASE WHEN "count" < "free" THEN 0 ELSE greatest(0, least(
          "wrongAt" + least("longestWait", "firstWait" << least(30, "count" - "free")::integer),
          "forgottenAt" - ("free" - 1) * "forgetAfter"
        ) - "moment") END AS "wait"
      FROM "found" WHERE "known" OR NOT EXISTS (SELECT FROM "found" WHERE "known")
    )
    SELECT jsonb_agg(jsonb_build_object('key', "key", 'wait', "wait", 'full', "full")),
      CASE WHEN bool_or("wait" > 0 OR "full") THEN '{}' ELSE jsonb_object_agg("key", "before" + 1) END
    INTO "said", "more" FROM "waiting";
    "taken" := "taken" || "more";
    RETURN QUERY SELECT "nth", "said";
  END LOOP;
  -- What is indexed changes now and then alone: a version that is not in the index is cheap.
  UPDATE "attempts" SET "underWay" = "underWay" + "value"::integer, "takenAt" = CASE WHEN "underWay" = 0 THEN "moment" ELSE "takenAt" END,
    "removableAt" = CASE WHEN "removableAt" < "moment" + "lease" THEN "moment" + 2 * "lease" ELSE "removableAt" END
  FROM jsonb_each_text("taken") AS "more" WHERE "attempts"."key" = "more"."key";
END $$;
-- Says of what was taken what it was, for each attempt and budget by itself. A row may stay ten minutes longer than it is
-- missed, for the sake of its index.
CREATE FUNCTION "settle_attempts"("settled" jsonb, "moment" bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  WITH "given" AS (
    SELECT "given", count(*) AS "count", count(*) FILTER (WHERE "verdict" = 'wrong') AS "wrong",
      coalesce(sum("rightForgets") FILTER (WHERE "verdict" = 'right'), 0)::bigint AS "sooner",
      max("forgetAfter") AS "forgetAfter", max(nullif("knownFor", 0)) FILTER (WHERE "verdict" = 'right') AS "knownFor"
    FROM jsonb_to_recordset("settled")
      AS "one" ("given" text, "forgetAfter" bigint, "knownFor" bigint, "rightForgets" bigint, "verdict" text)
    GROUP BY "given"
  ), "held" AS (
    SELECT "given".*, "forgottenAt" - "sooner" AS "before" FROM "given" JOIN "attempts" ON "key" = "given" ORDER BY "key" FOR UPDATE OF "attempts"
  ), "counted" AS (
    SELECT *, CASE WHEN "wrong" = 0 THEN "before" ELSE greatest("before", "moment") + "wrong" * "forgetAfter" END AS "after" FROM "held"
  )
  UPDATE "attempts" SET "underWay" = greatest(0, "underWay" - "count"), "forgottenAt" = "after",
    "wrongAt" = CASE WHEN "wrong" = 0 THEN "wrongAt" ELSE "moment" END,
    "knownUntil" = coalesce("moment" + "knownFor", "knownUntil"),
    "removableAt" = CASE WHEN greatest("after", "moment" + "knownFor") <= "removableAt" THEN "removableAt"
      ELSE greatest("after", "moment" + "knownFor") + 600000 END
  FROM "counted" WHERE "key" = "given";
END $$;
