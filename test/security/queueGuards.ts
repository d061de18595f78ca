import type { Guard } from './guard.ts'

/** That no flood of passwords keeps others out. */
export const queueGuards: readonly Guard[] = [
  {
    item: 'callers and grants have places of their own',
    file: 'src/authentication/queue.ts',
    without: [
      '{ callers: createLane<Waiter>(waiting), grants: createLane<Waiter>(waiting) }',
      '((lane) => ({ callers: lane, grants: lane }))(createLane<Waiter>(waiting))',
    ],
    test: 'authentication/queue.test.ts',
    title: 'refuses at once what is beyond the places of a lane, and takes those of the other',
  },
  {
    item: 'callers and grants are served in turn',
    file: 'src/authentication/queue.ts',
    without: ['turn = otherThan[lane]', ''],
    test: 'authentication/queue.test.ts',
    title: 'takes callers and grants in turn, however many there are of either',
  },
  {
    item: 'a quarter for one source',
    file: 'src/authentication/lane.ts',
    without: ['Math.max(1, Math.floor(places / 4))', 'places'],
    test: 'http/flood.test.ts',
    title: 'what is beyond gets 503 at once',
  },
  {
    item: 'sources are served in turn',
    file: 'src/authentication/lane.ts',
    without: ['rows.delete(source)', 'if (row.length === 0) rows.delete(source)'],
    test: 'authentication/queue.test.ts',
    title: 'takes the sources of a lane in turn',
  },
  {
    item: 'a place for newcomers in a full queue',
    file: 'src/authentication/lane.ts',
    without: ['taken < places ? undefined : lastOfLongest(row.length + 1)', 'undefined'],
    test: 'authentication/lane.test.ts',
    title: 'is never held by those that flood it together',
  },
  {
    item: 'nothing is computed for who has gone',
    file: 'src/authentication/passwords.ts',
    without: ['() => !isAgeBelow(longestWait, clock() - since)', '() => false'],
    test: 'authentication/passwords.test.ts',
    title: 'are not computed any more after ten seconds',
  },
  {
    item: "a quarter of the questions to a realm's server",
    file: 'src/authentication/remote/remote.ts',
    without: ['enqueue(source, isLate, ask)', "enqueue({ lane: 'callers', key: '' }, isLate, ask)"],
    test: 'authentication/remote/remote.test.ts',
    title: 'is asked at most so many times at once, and four times as many wait',
  },
  {
    item: 'hashing yields to what answers',
    file: 'src/cli/gateway.ts',
    without: [
      'lowerBackgroundThreads(availableParallelism() > workers)',
      'Promise.resolve(() => Promise.resolve())',
    ],
    test: 'cli.test.ts',
    title: 'hashes on threads that yield to the one that answers',
  },
  {
    item: 'files and names do not wait for hashes',
    file: 'src/cli/gateway.ts',
    without: ['  widenThreadPool(cores)\n', ''],
    test: 'cli.test.ts',
    title: 'hashes on threads that yield to the one that answers',
  },
  {
    item: 'who is alone in a lane is not held for those of the other',
    file: 'src/authentication/queue.ts',
    without: [
      'callers: createTogether(togetherWithin, lanes.callers.size)',
      'callers: createTogether(togetherWithin, lanes.grants.size)',
    ],
    test: 'authentication/queue.test.ts',
    title: 'answers whoever is alone in a lane at once, however many wait in the other',
  },
  {
    item: 'a profile that somebody holds holds up nobody else',
    file: 'src/storage/postgresql.ts',
    without: ['sql`FOR NO KEY UPDATE SKIP LOCKED`', 'sql`FOR NO KEY UPDATE`'],
    test: 'storage/groupsPostgres.test.ts',
    title: 'do not wait for the one of which somebody else holds',
    project: 'postgresql',
  },
  {
    item: 'a user whom somebody holds holds up nobody else',
    file: 'src/storage/postgresql.ts',
    without: ['sql`FOR SHARE SKIP LOCKED`', 'sql`FOR SHARE`'],
    test: 'storage/groupsPostgres.test.ts',
    title: 'do not wait for the one of which somebody else holds',
    project: 'postgresql',
  },
  {
    item: 'profiles that two gateways write never have both wait',
    file: 'src/storage/profileWrites.ts',
    without: ['several.toSorted((one, other) => (one.uid < other.uid ? -1 : 1))', 'several'],
    test: 'storage/groupsPostgres.test.ts',
    title: 'never have both wait, in whatever order they come, be they new to both or to one',
    project: 'postgresql',
  },
]
