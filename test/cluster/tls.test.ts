import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster } from '../support/cluster.ts'
import { basic, createTestApp } from '../support/testApp.ts'
import { callAs } from './doors.ts'
import { realmOf } from './gateway.ts'

const folder = join(import.meta.dirname, '../support/tls')
const pem = (name: string) => readFileSync(join(folder, name), 'utf8')
const cluster = await startCluster({ cert: pem('server.pem'), key: pem('server.key.pem') })
const clara = { username: 'clara', password: 'run-y0u-clever-boy' }
beforeAll(() => cluster.put(clara.password, { username: 'clara', roles: [] }))
afterAll(cluster.close)

/** How a gateway with these settings of TLS answers the user, and what it says of its realm. */
async function answered(host: string, ssl: string) {
  const settings = realmOf(
    { url: cluster.url.replace('127.0.0.1', host) },
    `realms.elasticsearch.main.ssl: { ${ssl} }`,
  )
  const app = await createTestApp({ settings })
  try {
    const { status } = await callAs(app.fetch, basic(clara))
    return { status, logs: app.logs() }
  } finally {
    await app.close()
  }
}

describe('a cluster with TLS', () => {
  it.each([
    ['localhost', `certificate_authorities: ${folder}/authority.pem`],
    ['127.0.0.1', `certificate_authorities: ${folder}/authority.pem, verification_mode: certificate`],
    ['127.0.0.1', 'verification_mode: none'],
  ])('is asked at %s with %s', async (host, ssl) => {
    expect(await answered(host, ssl)).toMatchObject({ status: 200 })
  })

  it.each([
    ['localhost', 'verification_mode: full', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'localhost',
      `certificate_authorities: ${folder}/anotherAuthority.pem`,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['127.0.0.1', `certificate_authorities: ${folder}/authority.pem`, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('gets no credentials at %s with %s: 503', async (host, ssl, code) => {
    const before = cluster.received.length
    const { status, logs } = await answered(host, ssl)
    expect(status).toBe(503)
    expect(logs).toContain(`it cannot be asked: ${code}`)
    expect(logs).not.toContain(clara.password)
    expect(cluster.received.length).toBe(before)
  })
})
