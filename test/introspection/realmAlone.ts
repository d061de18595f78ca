import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, onTestFinished } from 'vitest'
import { createRealms } from '../../src/realms/realms.ts'
import { passwords } from '../profile/activating.ts'
import { load } from '../support/loading.ts'
import { asking } from './realm.ts'
import { saying, startServer } from './server.ts'
import { source } from '../support/attempts.ts'

export const now = 1_800_000_000_000

/** A realm by itself, with a clock that only the test moves, and the server that it asks. */
export async function realmAlone(changes: Parameters<typeof asking>[2] = {}, secret = 's3cret') {
  const server = await startServer(saying({ active: false }))
  const { settings } = await load(asking('https://as.example.com', server.endpoint, changes), {
    SECRET: secret,
  })
  let time = now
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const realms = createRealms({
    settings,
    users: {
      find: () => Promise.resolve(null),
      findPassword: () => Promise.resolve(null),
      rehash: () => Promise.resolve(false),
    },
    passwords,
    clock: () => time,
    logger: pino({ level: 'debug' }, destination),
  })
  onTestFinished(realms.close)
  const realm = realms.chain.at(-1)
  expect(realms.chain).toHaveLength(3)

  return {
    server,
    logs: () => lines.join(''),
    problems: realms.problems,
    advance: (milliseconds: number) => void (time += milliseconds),
    ask: (token = 'token') =>
      realm?.authenticate({ kind: 'accessToken', token, clientSecret: null }, source) ??
      Promise.resolve(null),
  }
}
