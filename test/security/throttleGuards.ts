import type { Guard } from './guard.ts'

/** What stands against whoever tries credentials, and whoever would have others kept out by that. */
export const throttleGuards: readonly Guard[] = [
  {
    item: 'Guesses at one user',
    file: 'src/authentication/throttle/budgets.ts',
    without: ["budget(parts.attempts, 'subject', 'name', name),", ''],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is kept after eight wrong attempts, the right one too, and nothing is judged',
  },
  {
    item: 'Guesses at one application',
    file: 'src/authentication/throttle/budgets.ts',
    without: ["budget(parts.attempts, 'caller', 'name', name),", ''],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'waits after eight wrong ones, as does whoever is right',
  },
  {
    item: 'One password, many users',
    file: 'src/authentication/throttle/budgets.ts',
    without: [
      "budget(parts.attempts_per_caller, 'subject', 'caller', realm.type, realm.name, username),",
      '',
    ],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'has so many wrong ones of all names together, and no other one pays for it',
  },
  {
    item: 'One address, many applications',
    file: 'src/authentication/throttle/budgets.ts',
    without: ["budget(parts.attempts_per_address, 'caller', 'address', network),", ''],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'has so many wrong ones of all names together from one address',
  },
  {
    item: 'One network, many addresses',
    file: 'src/authentication/throttle/network.ts',
    without: ['.slice(0, 4)', '.slice(0, 8)'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'has so many attempts for all',
  },
  {
    item: 'One name, written in many ways',
    file: 'src/authentication/throttle/budgets.ts',
    without: [".normalize('NFKC').toLowerCase()", ''],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'has one budget however it is written',
  },
  {
    item: 'Callers and subjects apart',
    file: 'src/authentication/throttle/budgets.ts',
    without: ["'subject', 'pair', name", "'caller', 'pair', name"],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is counted apart from the subject of that name and address',
  },
  {
    item: 'A thousand guesses at once',
    file: 'src/authentication/throttle/attempts.ts',
    without: ['counting.find(isFull)', 'counting.find(() => false)'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'counts a thousand guesses at once as a thousand',
  },
  {
    item: 'Waits that grow',
    file: 'src/authentication/throttle/attempts.ts',
    without: ['budget.firstWait * 2 ** over', 'budget.firstWait'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is kept twice as long each time, up to the longest wait, and never for good',
  },
  {
    item: 'Waits that end',
    file: 'src/authentication/throttle/attempts.ts',
    without: ['Math.min(budget.longestWait, budget.firstWait * 2 ** over)', 'budget.firstWait * 4 ** over'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is kept twice as long each time, up to the longest wait, and never for good',
  },
  {
    item: 'Locking a user out',
    file: 'src/authentication/throttle/attempts.ts',
    without: ['return knowing ? [knowing] : budgets', 'return budgets'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'keeps a user who has logged in from there, whatever is tried elsewhere',
  },
  {
    item: 'Locking an application out',
    file: 'src/authentication/throttle/attempts.ts',
    without: ['known.set(key, clock() + knownFor)', 'known.delete(key)'],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is kept in by no guesser elsewhere where it has logged in, and waits for those from there',
  },
  {
    item: 'Locking out whoever never pauses',
    file: 'src/authentication/throttle/reservations.ts',
    without: ["if (verdict === 'right' && budgets.length > 0)", "if (verdict === 'right')"],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'stays known for as long as it goes on, however little it pauses',
  },
  {
    item: 'Locking out by what is refused',
    file: 'src/authentication/throttle/attempts.ts',
    without: [
      '      if (kept) return kept',
      '      if (kept) for (const { key } of counting) change(key, ({ wrong }) => ({ wrong: wrong + 1 }))\n      if (kept) return kept',
    ],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'is not kept longer by what is refused',
  },
  {
    item: 'Refused for being many',
    file: 'src/authentication/throttle/reservations.ts',
    without: [
      "if (taken.kind === 'full') return taken.key",
      "if (taken.kind === 'full') return resolve({ kind: 'kept', key: taken.key, wait: 1_000 }), null",
    ],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'are never refused for being many at once: one address, one application, different names',
  },
  {
    item: 'A password told by being remembered',
    file: 'src/authentication/throttle/reservations.ts',
    without: [
      "(attempts.keptOf(budgets) ?? ({ kind: 'taken', budgets: [] } as const))",
      "({ kind: 'taken', budgets: [] } as const)",
    ],
    test: 'authentication/throttle/throttle.test.ts',
    title: 'are not told from guessers while a name is kept, though what they send is remembered',
  },
  {
    item: 'A hash for what is refused',
    file: 'src/authentication/throttle/throttle.ts',
    without: [
      "if (reserved.kind === 'kept') return",
      "if (reserved.kind === 'kept' && (await judge())) return",
    ],
    test: 'elasticsearch/throttle.test.ts',
    title: 'is answered with 429 at Elasticsearch’s address: nothing is verified',
  },
  {
    item: 'Tokens tried by explaining them',
    file: 'src/authentication/explainGrant.ts',
    without: [
      'await throttle(grant, attempt, () => answersTo(grant, sourceOf(attempt)), judged)',
      'await answersTo(grant, sourceOf(attempt))',
    ],
    test: 'elasticsearch/throttle.test.ts',
    title:
      'that prove nobody count for the address that is stated, at activation and at explainGrant together',
  },
]
