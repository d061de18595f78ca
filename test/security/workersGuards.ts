import type { Guard } from './guard.ts'

const workers = { test: 'cli/workers.test.ts', project: 'postgresql' } as const

/** Of several processes at one address: docs/security.md. */
export const workersGuards: readonly Guard[] = [
  {
    item: 'one file of SQLite, one process',
    file: 'src/cli/workers.ts',
    without: ['if (isSqlite(databaseUrl)) {', "if (isSqlite('')) {"],
    ...workers,
    title: 'are refused on SQLite, which one process has for itself',
  },
  {
    item: 'workers hash no more than one gateway',
    file: 'src/cli/gateway.ts',
    without: ['availableParallelism() / workers', 'availableParallelism() / Math.min(workers, 1)'],
    ...workers,
    title: 'hash as many passwords at once as there are cores, both together',
  },
  {
    item: 'connections beyond the limit are not passed round',
    file: 'src/http/connections.ts',
    without: ['Object.assign(server, { dropMaxConnection: true })', ''],
    ...workers,
    title: 'close the connections beyond what they may have',
  },
  {
    item: 'realms are adopted by the first worker',
    file: 'src/cli/gateway.ts',
    without: ['adoptRealms: adoptRealms && isFirst', 'adoptRealms'],
    ...workers,
    title: 'have had realms adopted once, by the first',
  },
  {
    item: 'a line of another process that broke off',
    file: 'src/audit/destination.ts',
    without: ['if (isShared) isTorn = await brokeOff(descriptor)', ''],
    test: 'audit/auditLog.test.ts',
    title: 'of one of several processes are added to no line of another one',
  },
  {
    item: 'metrics do not wait for a worker',
    file: 'src/cli/workerMetrics.ts',
    without: ['setTimeout(resolve, patience)', 'setTimeout(resolve, 100 * patience)'],
    ...workers,
    title: 'have their metrics read while one of them does not answer',
  },
  {
    item: 'counters never go back',
    file: 'src/cli/workerMetrics.ts',
    without: ['sums.keep(of.last)', ''],
    ...workers,
    title: 'are two again after one is killed, later if it happens again',
  },
  {
    item: 'workers that end are replaced',
    file: 'src/cli/fleet.ts',
    without: ['      start(place)\n', ''],
    ...workers,
    title: 'are two again after one is killed, later if it happens again',
  },
  {
    item: 'workers that end soon are waited with',
    file: 'src/cli/fleet.ts',
    without: ['place.soonEnded += 1', ''],
    ...workers,
    title: 'are two again after one is killed, later if it happens again',
  },
  {
    item: 'no endless start of what is not right',
    file: 'src/cli/fleet.ts',
    without: [
      'if (!hasListened && (!isStarted || isHopeless)) {',
      'if (!hasListened && isStarted && isHopeless) {',
    ],
    ...workers,
    title: 'end all with the exit code of the first that cannot start',
  },
  {
    item: 'a worker that stands still at the end',
    file: 'src/cli/workerProcess.ts',
    without: ["if (!worker.isDead()) worker.process.kill('SIGKILL')", ''],
    ...workers,
    title: 'end in time though one of them does not',
  },
  {
    item: 'requests outlive who started the workers',
    file: 'src/cli/worker.ts',
    without: ['if (cluster.worker) cluster.worker.exitedAfterDisconnect = true', ''],
    ...workers,
    title: 'end by themselves, after the requests under way',
  },
]
