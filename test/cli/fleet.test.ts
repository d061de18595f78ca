import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { startFleet } from '../../src/cli/fleet.ts'
import { createProcessMetrics } from '../../src/metrics/processMetrics.ts'
import { createWorkerMetrics } from '../../src/cli/workerMetrics.ts'

it('workers that cannot be started are said to have ended, rather than that who starts them ends with what Node throws', async () => {
  const { execPath } = process
  onTestFinished(() => void (process.execPath = execPath))
  // Of this Node throws, as it does without memory; of one that is not there it has an event.
  process.execPath = '/dev/null/node'
  const log: string[] = []
  const logger = pino({}, { write: (line: string) => void log.push(line) })
  const { ended } = startFleet({ size: 2, metrics: createWorkerMetrics(createProcessMetrics()), logger })
  expect(await ended).toBe(1)
  expect(log.map((line) => JSON.parse(line) as object)).toMatchObject([
    { number: 1, err: { message: 'spawn ENOTDIR' }, msg: 'a worker cannot be started, or reached' },
  ])
})
