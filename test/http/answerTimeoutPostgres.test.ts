import { expect, it, onTestFinished, vi } from 'vitest'
import { ask, expectRefused } from '../graphql/ask.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'

const activate = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }'

it('a mutation that a lock keeps waiting is answered 503, and is done once the lock is gone', async () => {
  const { fetch, run, close } = await createTestApp({ settings: 'http.answer_timeout: 2s' })
  onTestFinished(close)
  await provision(fetch)
  // Whoever calls is known from now on without any work.
  await ask(fetch, '{ viewer { username } }', {}, loginBackend)
  await run('BEGIN')
  // Reading goes on, so that it is the writing that waits.
  await run('LOCK TABLE profiles IN SHARE MODE')
  const answer = await ask(fetch, activate, { grant: { password: jacknich } }, loginBackend)
  await run('COMMIT')
  expectRefused(answer, 503, 'UNAVAILABLE')
  const stored = async () => expect(await run('SELECT "username" FROM profiles')).toEqual([['jacknich']])
  await vi.waitFor(stored, { timeout: 20_000, interval: 50 })
})
