import { getHeapStatistics } from 'node:v8'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createParsingRoom } from '../../src/http/parsingRoom.ts'
import { gatewayBefore } from '../cluster/gateway.ts'
import { gateway } from '../cliProcess.ts'
import { send } from '../support/cluster.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, elastic, rest } from '../support/testApp.ts'

/** So many empty objects, which count as 203 bytes each. */
const bodyOf = (values: number) => Buffer.from(`[${'{},'.repeat(values)}0]`)
const never = () => false

/** Work that lasts until it is told to end, and notes when it begins. */
function lasting() {
  const begun: string[] = []
  const ends = new Map<string, PromiseWithResolvers<undefined>>()
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name)
      const end = Promise.withResolvers<undefined>()
      ends.set(name, end)
      return end.promise.then(() => name)
    },
    end: (name: string) => ends.get(name)?.resolve(undefined),
    fail: (name: string) => ends.get(name)?.reject(new Error(name)),
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('requests whose bodies take much memory once they are parsed', () => {
  it('are worked on as long as all fit, the others in turn; small ones at once', async () => {
    const inRoom = createParsingRoom(700_000)
    const { begun, work, end, fail } = lasting()
    const all = ['a', 'b', 'c', 'd'].map((name) => inRoom(bodyOf(1_500), never, work(name)))
    const small = inRoom(bodyOf(50), never, work('small'))
    await settled()
    expect(begun).toEqual(['small', 'a', 'b'])
    end('a')
    await settled()
    expect(begun.slice(3)).toEqual(['c'])
    fail('b')
    await expect(all[1]).rejects.toThrow('b')
    await settled()
    expect(begun.slice(4)).toEqual(['d'])
    for (const name of ['c', 'd', 'small']) end(name)
    expect(await Promise.all([all[0], all[2], all[3], small])).toEqual(['a', 'c', 'd', 'small'])
  })

  it('are worked on if one alone takes more, and the next waits for it, however little it takes', async () => {
    const inRoom = createParsingRoom(1_000_000)
    const { begun, work, end } = lasting()
    const [large, next] = [bodyOf(10_000), bodyOf(100)].map((body, n) => inRoom(body, never, work(`${n}`)))
    await settled()
    expect(begun).toEqual(['0'])
    end('0')
    await large
    await settled()
    end('1')
    expect(await next).toBe('1')
  })

  it('are not worked on where they were answered while they waited, and give their room back', async () => {
    const inRoom = createParsingRoom(1_000_000)
    const { begun, work, end } = lasting()
    let isOver = false
    const first = inRoom(bodyOf(3_000), never, work('first'))
    const late = inRoom(bodyOf(3_000), () => isOver, work('late'))
    const next = inRoom(bodyOf(3_000), never, work('next'))
    isOver = true
    await settled()
    end('first')
    await first
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await settled()
    end('next')
    expect(await next).toBe('next')
    expect(begun).toEqual(['first', 'next'])
  })
})

describe('a gateway with little memory', { timeout: 60_000 }, () => {
  it('answers many small bodies that unpack to large ones', async () => {
    const environment = { ELASTIC_PASSWORD: elastic.password, NODE_OPTIONS: '--max-old-space-size=160' }
    const served = gateway(['serve'], await temporaryFolder(), environment)
    const url = `${await served.address()}/_security/profile/u_none_0/_data`
    const body = gzipSync(`{"data":{"b":{"x":[${Array(199_000).fill('{}').join()}]}}}`)
    const headers = {
      ...{ authorization: basic(elastic), 'content-type': 'application/json' },
      'content-encoding': 'gzip',
    }
    const sent = Array.from({ length: 24 }, async () => {
      const answer = await fetch(url, { method: 'POST', headers, body })
      await answer.text()
      return answer.status
    })
    expect(new Set(await Promise.all(sent))).toEqual(new Set([404]))
    expect(await served.stop()).toBe(0)
  })
})

describe('a caller whose turn comes late', () => {
  it('does nothing more once it is locked out', async () => {
    const { fetch, cluster } = await gatewayBefore()
    const mallory = { username: 'mallory', password: 'mall0ry-p@ss' }
    const put = (path: string, body?: object, who = elastic) =>
      rest(fetch, 'PUT', `/_security/${path}`, who, body)
    await put('user/mallory', { password: mallory.password, roles: ['superuser'] })

    // Grants that are not judged hold all of the room: what is in a string counts, too.
    const asked = Promise.withResolvers<undefined>()
    const judged = Promise.withResolvers<undefined>()
    cluster.fault = (_, response) => {
      asked.resolve(undefined)
      void judged.promise.then(() => send(response, 401, { error: { type: 'security_exception' } }))
    }
    const values = 400_000
    const enough = Math.ceil(getHeapStatistics().heap_size_limit / 8 / (100 * values))
    const query =
      'mutation { activateProfile(grant: { password: { username: "x", password: "y" } }) { __typename } }'
    const body = JSON.stringify({ query, extensions: { x: '{'.repeat(values) } })
    const headers = { authorization: basic(elastic), 'content-type': 'application/json' }
    const held = Array.from({ length: enough }, () =>
      fetch('/graphql', { method: 'POST', headers, body }).then(({ status }) => status),
    )
    await asked.promise
    expect((await rest(fetch, 'GET', '/', mallory)).status).toBe(200)

    const late = put('role/backdoor', { cluster: ['all'], description: ','.repeat(200) }, mallory)
    await settled()
    expect((await put('user/mallory/_disable')).status).toBe(200)
    // What comes sooner is answered for whoever was asked for when it began.
    await new Promise((resolve) => setTimeout(resolve, 150))
    judged.resolve(undefined)
    expect(new Set(await Promise.all(held))).toEqual(new Set([200]))
    expect((await late).status).toBe(401)
    expect((await rest(fetch, 'GET', '/_security/role/backdoor', elastic)).status).toBe(404)
  })
})
