import type { Guard } from './guard.ts'

const functions = 'prisma/migrations/postgresql/20261128090000_r5_take_attempts/migration.sql'
const inDatabase = { test: 'storage/attemptsPostgres.test.ts', project: 'postgresql' } as const
const alike = { test: 'storage/contract/attempts.contract.test.ts', project: 'postgresql' } as const
const betweenGateways = {
  test: 'authentication/throttle/sharedPostgres.test.ts',
  project: 'postgresql',
} as const

/** That several gateways on one database give nobody more attempts than one of them would. */
export const sharedThrottleGuards: readonly Guard[] = [
  {
    item: 'Guesses at several gateways',
    file: 'src/authentication/throttle/throttle.ts',
    without: ['everywhere?.reserve ?? here', 'here'],
    ...betweenGateways,
    title: 'count together what is tried here and there, and wait together',
  },
  {
    item: 'All budgets of an attempt, or none',
    file: functions,
    without: [`CASE WHEN bool_or("wait" > 0 OR "full") THEN '{}' ELSE`, 'CASE WHEN false THEN NULL ELSE'],
    ...alike,
    title: 'are taken of every budget, or of none',
  },
  {
    item: 'Guesses in one statement',
    file: functions,
    without: ['coalesce(("taken" ->> "key")::integer, 0)', '0'],
    ...alike,
    title: 'at once, in any order of their budgets, are taken as often as one after another',
  },
  {
    item: 'Guesses in statements at once',
    file: functions,
    without: [
      'DO UPDATE SET "underWay" = 0\n  WHERE "row"."underWay" > 0 AND "row"."takenAt" <= "moment" - "lease";',
      'DO NOTHING;',
    ],
    ...inDatabase,
    title: 'of several gateways are taken as often as one after another',
  },
  {
    item: 'Wrong ones in one statement',
    file: functions,
    without: ['+ "wrong" * "forgetAfter"', '+ "forgetAfter"'],
    ...inDatabase,
    title: 'are never in each other’s way, and each is counted',
  },
  {
    item: 'A verdict that gives back too much',
    file: functions,
    without: ['greatest(0, "underWay" - "count")', '0'],
    ...alike,
    title: 'give back the place that they took, and no other one',
  },
  {
    item: 'A verdict that gives back too little',
    file: functions,
    without: ['"underWay" - "count"', '"underWay" - 1'],
    ...inDatabase,
    title: 'are never in each other’s way, and each is counted',
  },
  {
    item: 'A gateway that ends before its verdict',
    file: functions,
    without: ['DO UPDATE SET "underWay" = 0', 'DO UPDATE SET "underWay" = "row"."underWay"'],
    ...inDatabase,
    title: 'that nobody has settled a minute after the first of them was taken are in nobody’s way',
  },
  {
    item: 'Verdicts that take their time',
    file: functions,
    without: ['"row"."takenAt" <= "moment" - "lease"', '"row"."takenAt" <= "moment"'],
    ...inDatabase,
    title: 'that nobody has settled a minute after the first of them was taken are in nobody’s way',
  },
  {
    item: 'Attempts that wait for each other',
    file: functions,
    without: ['AS "given" ORDER BY "key"', 'AS "given" ORDER BY random()'],
    ...inDatabase,
    title: 'are locked in the order of their keys',
  },
  {
    item: 'Verdicts that wait for each other',
    file: functions,
    without: ['ORDER BY "key" FOR UPDATE OF', 'ORDER BY random() FOR UPDATE OF'],
    ...inDatabase,
    title: 'are locked in the order of their keys',
  },
  {
    item: 'Locking out whoever is known elsewhere',
    file: functions,
    without: ['coalesce("moment" + "knownFor", "knownUntil")', '"knownUntil"'],
    ...betweenGateways,
    title: 'keep out nobody who has logged in from there at another of them',
  },
  {
    item: 'Whoever is known has one budget',
    file: functions,
    without: ['"known" OR NOT EXISTS (SELECT FROM "found" WHERE "known")', 'true'],
    ...alike,
    title: 'of whoever is known are taken of the one budget that knows it, for its time',
  },
  {
    item: 'Counts that are removed too soon',
    file: functions,
    without: ['ELSE greatest("after", "moment" + "knownFor") + 600000 END', 'ELSE "removableAt" END'],
    ...inDatabase,
    title: 'are removed ten minutes after they are forgotten at most, and no sooner than that',
  },
  {
    item: 'A verdict while the database is away',
    file: 'src/authentication/throttle/sharedReservations.ts',
    without: ['tried === mostTries', 'tried > 0'],
    ...betweenGateways,
    title: 'pass on a verdict',
  },
  {
    item: 'A verdict that is counted twice',
    file: 'src/authentication/throttle/sharedReservations.ts',
    without: ['if (!isUndone || tried', 'if (tried'],
    ...betweenGateways,
    title: 'pass on a verdict',
  },
  {
    item: 'Verdicts of a gateway that stops',
    file: 'src/authentication/throttle/sharedReservations.ts',
    without: ['while (settling.size > 0)', 'while (settling.size < 0)'],
    ...betweenGateways,
    title: 'are closed no sooner than the last verdict is passed on',
  },
  {
    item: 'The database asked for what is refused',
    file: 'src/authentication/throttle/sharedReservations.ts',
    without: ['      attempts.keep(taken, here.budgets)\n', ''],
    ...betweenGateways,
    title: 'make none for what they have refused before, wherever it was tried',
  },
  {
    item: 'Attempts that hold all connections',
    file: 'src/storage/attempts.ts',
    without: ['const mostSlow = 0', 'const mostSlow = 3'],
    ...inDatabase,
    title: 'use three connections at most, however many there are',
  },
  {
    item: 'A count that somebody holds',
    file: 'prisma/migrations/postgresql/20261128210000_r5_held_attempts/migration.sql',
    without: [
      `"take_attempts"(jsonb, bigint, bigint) SET lock_timeout = '500ms'`,
      `"take_attempts"(jsonb, bigint, bigint) SET lock_timeout = 0`,
    ],
    ...inDatabase,
    title: 'fail where somebody holds what they need, and all others are taken and settled',
  },
  {
    item: 'A verdict on a count that somebody holds',
    file: 'prisma/migrations/postgresql/20261128210000_r5_held_attempts/migration.sql',
    without: [
      `"settle_attempts"(jsonb, bigint) SET lock_timeout = '500ms'`,
      `"settle_attempts"(jsonb, bigint) SET lock_timeout = 0`,
    ],
    ...inDatabase,
    title: 'fail where somebody holds what they need, and all others are taken and settled',
  },
]
