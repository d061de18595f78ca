import type { Guard } from './guard.ts'

const fuzzed = {
  test: 'fuzz/fuzz.test.ts',
  title: 'are answered in the form of their door, whatever they hold',
}

/** What keeps the time of an answer from telling who exists, and what the fuzzing sees. */
export const timingGuards: readonly Guard[] = [
  {
    item: 'A name of nobody, a disabled user and a wrong password cost one verification',
    file: 'src/authentication/native.ts',
    without: [
      'const proven = await passwords.verify(username, hash, password, source, anew)',
      'const proven = hash !== null && (await passwords.verify(username, hash, password, source, anew))',
    ],
    test: 'authentication/native.test.ts',
    title: 'in the same words, after one verification',
  },
  {
    item: 'Without a hash, a decoy is verified',
    file: 'src/authentication/passwords.ts',
    without: [
      'const against = passwordHash ?? decoyFor(username)',
      'if (passwordHash === null) return false\n      const against = passwordHash',
    ],
    test: 'authentication/passwords.test.ts',
    title: 'takes one place, with a hash or without',
  },
  {
    item: 'Decoys are of each kind of hash as often as users have it',
    file: 'src/authentication/decoys.ts',
    without: ['return foreign.find(({ end }) => place < end)?.decoy ?? own', 'return place < 0 ? own : own'],
    test: 'authentication/decoys.test.ts',
    title: 'are of each kind as often as the hashes are',
  },
  {
    item: 'Which kind a name has, nobody can say beforehand',
    file: 'src/authentication/decoys.ts',
    without: ["createHmac('sha256', key)", "createHmac('sha256', 'key')"],
    test: 'authentication/decoys.test.ts',
    title: 'are of a kind that nobody can say without the key',
  },
  {
    item: 'The users’ hashes are counted anew',
    file: 'src/authentication/hashCensus.ts',
    without: ['if (!stopped) next = setTimeout(start, pause).unref()', ''],
    test: 'authentication/hashCensus.test.ts',
    title: 'is taken again and again, and is not tried less after a failure',
  },
  {
    item: 'How large a user is does not tell that there is one',
    file: 'src/storage/smallTexts.ts',
    without: ['CASE WHEN ${sizeOf(wording, columns)} <= ${mostTogether} THEN', 'CASE WHEN 1 = 1 THEN'],
    test: 'storage/contract/users.contract.test.ts',
    title: 'comes without a user who is large by',
  },
  {
    item: 'SQLite need not read through what is large',
    file: 'prisma/migrations/sqlite/20261128090500_r5_users_in_order/migration.sql',
    without: [
      '"incarnation" TEXT,\n    "roles" JSONB NOT NULL,',
      '"roles" JSONB NOT NULL,\n    "incarnation" TEXT,',
    ],
    test: 'storage/sqlite.test.ts',
    title: 'has what can be large of a user behind all that a password is verified with',
  },
  {
    item: 'Of a large user nothing is read for a wrong password',
    file: 'src/authentication/native.ts',
    without: [
      'if (!proven) return refusedKnown',
      'if (!stored.found) await users.find(username)\n        if (!proven) return refusedKnown',
    ],
    test: 'authentication/native.test.ts',
    title: 'a wrong password of a user with large metadata, of which nothing is read for it',
  },
  {
    item: 'Equal guesses share one verification for names of nobody as for others',
    file: 'src/authentication/passwords.ts',
    without: ['secretName(`${username}\\0${passwordHash}', 'secretName(`${passwordHash}'],
    test: 'authentication/passwords.test.ts',
    title: 'is shared only by those who try the same user, be there such a user or not',
  },
  {
    item: 'Whoever has to wait is refused before anything is looked up',
    file: 'src/authentication/throttle/throttle.ts',
    without: [
      "if (reserved.kind === 'kept') return tooManyAttempts(Math.ceil(reserved.wait / 1_000))",
      "if (reserved.kind === 'kept') await judge()\n    if (reserved.kind === 'kept') return tooManyAttempts(Math.ceil(reserved.wait / 1_000))",
    ],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is kept after eight wrong attempts, the right one too, and nothing is judged',
  },
  {
    item: 'Fuzzing sees a secret that is repeated',
    file: 'src/authentication/caller.ts',
    without: [
      'unknownCaller(principalOf(credentials), uri)',
      'unknownCaller(JSON.stringify(credentials), uri)',
    ],
    ...fuzzed,
  },
  {
    item: 'Fuzzing sees a 5xx',
    file: 'src/elasticsearch/router.ts',
    without: [
      "    return { kind: 'wrongMethod', allowed",
      "    if (method !== '') throw new Error('no such method')\n    return { kind: 'wrongMethod', allowed",
    ],
    ...fuzzed,
  },
  {
    item: 'Fuzzing sees what is never freed',
    file: 'src/metrics/requests.ts',
    without: [
      'took(seconds, methodOf(method)',
      'const kept = ((globalThis as { kept?: unknown[] }).kept ??= [])\n      kept.push(new Array(2_000).fill(seconds))\n      took(seconds, methodOf(method)',
    ],
    test: 'fuzz/fuzz.test.ts',
    title: 'the same requests, again and again, leave nothing in the heap',
  },
]
