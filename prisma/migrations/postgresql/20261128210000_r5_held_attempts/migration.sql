-- Whoever else uses a row has it for moments. One that is held for longer must not hold up those who need others.
ALTER FUNCTION "take_attempts"(jsonb, bigint, bigint) SET lock_timeout = '500ms';
ALTER FUNCTION "settle_attempts"(jsonb, bigint) SET lock_timeout = '500ms';
-- Which rows somebody holds for longer: eight at most, since each takes its time. One that can be had is let go at once, by
-- an exception: others wait for it.
CREATE FUNCTION "held_attempts"("keys" jsonb) RETURNS SETOF text
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off SET lock_timeout = '100ms' AS $$
DECLARE
  "one" text;
  "found" integer := 0;
BEGIN
  FOR "one" IN SELECT DISTINCT jsonb_array_elements_text("keys") LOOP
    BEGIN
      PERFORM FROM "attempts" WHERE "key" = "one" FOR UPDATE;
      RAISE raise_exception;
    EXCEPTION
      WHEN raise_exception THEN NULL;
      WHEN lock_not_available THEN
        RETURN NEXT "one";
        "found" := "found" + 1;
    END;
    EXIT WHEN "found" = 8;
  END LOOP;
END $$;
