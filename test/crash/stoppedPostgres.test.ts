import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseExposition, sumOf } from '../metrics/exposition.ts'
import { factor } from '../support/factor.ts'
import { startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { elastic, rest, type Answered, type Fetch } from '../support/testApp.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate, type People } from './people.ts'
import { activateByGraphql, activateByRest, putUser } from './requests.ts'
import { serve } from './servedGateway.ts'
import { isUnavailable } from './unavailable.ts'

const poolSize = 10

const settings = `database: { pool_size: ${poolSize}, connection_timeout: 1s, statement_timeout: 1s }`

/** What a request may wait for a connection and then for a statement, with as much again for a busy machine. */
const longest = 6_000

const postgres = await startPostgres({ durable: true })
afterAll(() => postgres.close())

const outages = [
  {
    name: 'stopped',
    rounds: factor(2),
    begin: () => postgres.stop('SIGINT'),
    least: 0,
    end: () => postgres.start(),
  },
  {
    name: 'frozen',
    rounds: factor(1),
    begin() {
      onTestFinished(() => postgres.signal('SIGCONT'))
      postgres.signal('SIGSTOP')
      return Promise.resolve()
    },
    // Who still waits for an answer after that has waited for too long.
    least: longest + 1_000,
    end() {
      postgres.signal('SIGCONT')
      return Promise.resolve()
    },
  },
]

it(
  'a gateway ends in time on SIGTERM though PostgreSQL does not answer, with 0',
  { timeout: 60_000 },
  async () => {
    const environment = { DATABASE_URL: await postgres.createDatabase() }
    const { fetch, process } = await serve(await temporaryFolder(), { environment, settings })
    await populate(fetch)
    onTestFinished(() => postgres.signal('SIGCONT'))
    postgres.signal('SIGSTOP')
    const begun = performance.now()
    expect(await process.stop()).toBe(0)
    expect(performance.now() - begun).toBeLessThan(20_000)
    postgres.signal('SIGCONT')
  },
)

describe.each(outages)(
  'while PostgreSQL is $name under load',
  { timeout: Math.max(120_000, factor(120_000)) },
  ({ rounds, begin, least, end }) => {
    it('every answer is 503, soon, and afterwards the same gateway answers, with no more connections, and has counted what failed', async () => {
      const environment = { DATABASE_URL: await postgres.createDatabase() }
      const { fetch, process } = await serve(await temporaryFolder(), { environment, settings })
      const people = await populate(fetch)
      for (let round = 0; round < rounds; round++) {
        const load = startLoad(fetch, people)
        await load.acknowledged(50)
        const crowded = await crowd(fetch, people)
        const begun = performance.now()
        await begin()
        for (const answer of await Promise.all(crowded)) {
          expect(answer.status === 200 || isUnavailable(answer), JSON.stringify(answer.body)).toBe(true)
        }
        expect(performance.now() - begun).toBeLessThan(longest)
        await Promise.all([load.unavailable(20), delay(least)])
        await refuses(fetch, people)
        await end()
        await load.acknowledged(load.seen().acknowledged + 100)
        const seen = await load.stop()
        expect(seen, process.out).toMatchObject({ broken: 0, problems: [] })
        expect(seen.longest).toBeLessThan(longest)
        expect(await losses(fetch, people)).toEqual([])
        expect(await connections(environment.DATABASE_URL)).toBeLessThanOrEqual(poolSize)
        const told = parseExposition((await rest(fetch, 'GET', '/metrics', elastic)).body as string)
        expect(sumOf(told, 'profile_gateway_database_statement_failures_total')).toBeGreaterThan(0)
      }
    })
  },
)

/** Many activations of one person at once, which wait for each other, when some of them are answered. */
async function crowd(fetch: Fetch, { regulars: [person] }: People): Promise<Promise<Answered>[]> {
  if (!person) throw new Error('there is nobody')
  let answered = 0
  const answers = Array.from({ length: 60 }, async () => {
    const answer = await activateByRest(fetch, person)
    answered += 1
    return answer
  })
  while (answered < 10) await delay(1)
  return answers
}

/** Asks at both doors, and for another kind of write: no answer is anything but 503. */
async function refuses(fetch: Fetch, { regulars: [person] }: People): Promise<void> {
  if (!person) throw new Error('there is nobody')
  const answers = await Promise.all([
    activateByRest(fetch, person),
    activateByGraphql(fetch, person),
    putUser(fetch, person, person.users.send()),
  ])
  expect(answers.filter((answer) => !isUnavailable(answer))).toEqual([])
}

/** How many connections the database has, once the server has noticed which ones their client has left. */
async function connections(url: string): Promise<number> {
  const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`
  const end = performance.now() + 5_000
  for (;;) {
    const [row] = (await postgres.query(sql)) as { count: number }[]
    const count = row?.count ?? 0
    if (count <= poolSize || performance.now() > end) return count
    await delay(100)
  }
}
