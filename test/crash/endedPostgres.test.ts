import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { losses } from './losses.ts'
import { populate } from './people.ts'
import { latest } from './person.ts'
import { activateByRest, activationIn, profilesOf } from './requests.ts'
import { serve } from './servedGateway.ts'

const postgres = await startPostgres({ durable: true })
afterAll(() => postgres.close())

/** Of each person: their writes wait for each other, one statement each. */
const activations = 12

it('a gateway that is told to end while many writes wait for each other makes all of them, and ends with 0', async () => {
  const environment = { DATABASE_URL: await postgres.createDatabase() }
  const folder = await temporaryFolder()
  const { fetch, process } = await serve(folder, { environment })
  const people = await populate(fetch)
  const holder = new Client({ connectionString: environment.DATABASE_URL })
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE profiles IN SHARE MODE')
  let answered = 0
  const answers = people.regulars.flatMap((person) =>
    Array.from({ length: activations }, async () => {
      const answer = await activateByRest(fetch, person)
      answered += 1
      expect(answer).toMatchObject({ status: 200 })
      const activation = activationIn(answer)
      expect(person.activations.has(activation.seqNo)).toBe(false)
      person.activations.set(activation.seqNo, activation)
    }),
  )
  // All of them have come, and wait for the first.
  await delay(2_000)
  const ended = process.stop()
  await delay(200)
  expect(answered).toBe(0)
  await holder.query('COMMIT')
  await Promise.all(answers)
  expect(await ended).toBe(0)

  const again = await serve(folder, { environment })
  expect(await losses(again.fetch, people)).toEqual([])
  const uids = people.regulars.flatMap((person) => latest(person)?.uid ?? [])
  const stored = await profilesOf(again.fetch, uids)
  expect([...stored.values()].map(({ seqNo }) => seqNo)).toEqual(uids.map(() => activations))
})
