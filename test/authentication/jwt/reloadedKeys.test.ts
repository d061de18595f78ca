import { execFile } from 'node:child_process'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createJwksFile } from '../../../src/authentication/jwt/jwksFile.ts'
import { parseJwks } from '../../../src/authentication/jwt/jwks.ts'
import type { JwksText, ReadJwks } from '../../../src/authentication/jwt/jwksText.ts'
import type { Keys } from '../../../src/authentication/jwt/keys.ts'
import { createReloadedKeys, type ReloadedKeysParts } from '../../../src/authentication/jwt/reloadedKeys.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { eventually } from './eventually.ts'
import { jwksUrl, startIssuer } from './issuer.ts'
import { jwkOf, jwksOf, p256, rsa, secret } from './keyPairs.ts'

const one = jwksOf(jwkOf(rsa, { kid: 'one' }))
const two = jwksOf(jwkOf(p256, { kid: 'two' }))

const often = { enabled: true, min: 20, max: 20 }
const seldom = { enabled: true, min: 3_600_000, max: 3_600_000 }
const once = { enabled: false, min: 20, max: 20 }

/** Keys from a source, and what is heard of them. */
function keysFrom(read: ReadJwks, parts: Partial<ReloadedKeysParts> = {}) {
  const seen = { now: 1_000_000, changes: [] as unknown[], reports: [] as string[], errors: [] as unknown[] }
  const keys = createReloadedKeys({
    read,
    parse: (text) => parseJwks(text, 'pkc', ['RS256', 'ES256']),
    intervals: seldom,
    timeout: 10_000,
    clock: () => seen.now,
    changed: () => seen.changes.push(kidsOf(keys)),
    report(text, error) {
      seen.reports.push(text)
      seen.errors.push(error)
    },
    ...parts,
  })
  onTestFinished(() => keys.close())
  return { keys, seen }
}

function kidsOf(keys: Keys) {
  return keys.current()?.map(({ kid }) => kid) ?? null
}

/** A server of keys that the test can change. */
async function issuing(jwks: string) {
  const issuer = await startIssuer((_, response) => response.end(jwks))
  return Object.assign(issuer, {
    read: jwksUrl(issuer.url),
    issue: (other: string) => (issuer.answer = (_, response) => response.end(other)),
    fail: (status: number) => (issuer.answer = (_, response) => response.writeHead(status).end('s3cret')),
    hang: () => (issuer.answer = () => undefined),
  })
}

const asked = (issuer: { requests: unknown[] }) => issuer.requests.length
const pause = () => new Promise((resolve) => setTimeout(resolve, 100))

describe('the first load', () => {
  it('begins at once, and until it ends there are no keys', async () => {
    const { keys, seen } = keysFrom((await issuing(one)).read)
    expect([keys.current(), keys.problem()]).toEqual([null, 'its keys are being loaded'])
    await keys.ready()
    expect([kidsOf(keys), keys.problem()]).toEqual([['one'], null])
    expect(seen.reports).toEqual([])
  })

  it('that fails is tried again, until there are keys', async () => {
    const issuer = await issuing(one)
    issuer.fail(500)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    const problem = 'its keys cannot be read: it answers with status 500'
    expect([keys.current(), keys.problem()]).toEqual([null, problem])
    await eventually(() => asked(issuer)).toBeGreaterThan(3)
    issuer.issue(one)
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    expect(keys.problem()).toBeNull()
    expect(seen.reports).toEqual([problem, 'its keys can be read now'])
  })

  it('that fails is tried again even if keys are asked for only once', async () => {
    const issuer = await issuing(one)
    issuer.fail(404)
    const { keys } = keysFrom(issuer.read, { intervals: once })
    await eventually(() => asked(issuer)).toBeGreaterThan(3)
    issuer.issue(one)
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    const before = asked(issuer)
    await pause()
    expect(asked(issuer)).toBe(before)
  })

  it.each([
    ['no JWK set', 's3cret', 'it is no JWK set: no strict JSON at line 1, column 1'],
    ['no key at all', '{"keys":[]}', 'it holds no key that can be used'],
    ['no key that can be used', jwksOf(jwkOf(secret)), 'it holds no key that can be used'],
  ])('that finds %s has failed', async (_, text, reason) => {
    const { keys, seen } = keysFrom((await issuing(text)).read)
    await keys.ready()
    expect([keys.current(), keys.problem()]).toEqual([null, `its keys cannot be read: ${reason}`])
    expect(seen.errors).not.toContainEqual(expect.anything())
  })

  it('fails too where the source throws at once; the log has the stack of what nobody expects', async () => {
    const error = new TypeError('broken')
    const { keys, seen } = keysFrom(() => {
      throw error
    })
    await keys.ready()
    expect(keys.problem()).toBe('its keys cannot be read: broken')
    expect(seen.errors).toEqual([error])
  })
})

describe('keys that are there', () => {
  it('are replaced by others without being asked for', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    issuer.issue(two)
    await eventually(() => kidsOf(keys)).toEqual(['two'])
    expect(seen.changes).toEqual([['one'], ['two']])
  })

  it('are gone once they are withdrawn', async () => {
    const issuer = await issuing(jwksOf(jwkOf(rsa, { kid: 'one' }), jwkOf(p256, { kid: 'two' })))
    const { keys } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => kidsOf(keys)).toEqual(['one', 'two'])
    issuer.issue(two)
    await eventually(() => kidsOf(keys)).toEqual(['two'])
  })

  it('are gone once their source has none that can be used, until it has again', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    issuer.issue('{"keys":[]}')
    await eventually(() => keys.current()).toBeNull()
    expect(keys.problem()).toBe('its keys cannot be read: it holds no key that can be used')
    expect(seen.changes).toHaveLength(2)
    issuer.issue(one)
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    expect(keys.problem()).toBeNull()
  })

  it('are asked for as seldom as the source allows', async () => {
    const issuer = await startIssuer((_, response) =>
      response.setHeader('cache-control', 'max-age=60').end(one),
    )
    const { keys } = keysFrom(jwksUrl(issuer.url), { intervals: { enabled: true, min: 10, max: 3_600_000 } })
    await keys.ready()
    await pause()
    expect(asked(issuer)).toBe(1)
    issuer.answer = (_, response) => response.setHeader('cache-control', 'no-store').end(one)
    await keys.reload()
    await eventually(() => asked(issuer)).toBeGreaterThan(4)
  })

  it('are the same, and so are their proofs, while the text is', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    const before = keys.current()
    await eventually(() => asked(issuer)).toBeGreaterThan(4)
    expect(keys.current()).toBe(before)
    expect(seen.changes).toEqual([['one']])
  })

  it('stay in use while their server fails in any way, which is said once for each, and that it is over', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    const failures = [
      () => issuer.fail(503),
      () => issuer.fail(302),
      () => issuer.issue('s3cret'),
      () => issuer.fail(503),
    ]
    for (const fail of failures) {
      fail()
      const before = asked(issuer)
      await eventually(() => asked(issuer)).toBeGreaterThan(before + 2)
      expect([kidsOf(keys), keys.problem()]).toEqual([['one'], null])
    }
    issuer.issue(one)
    await eventually(() => seen.reports.at(-1)).toBe('its keys can be read now')
    expect(seen.reports.slice(0, -1)).toEqual(
      [
        'it answers with status 503',
        'it redirects with status 302',
        'it is no JWK set: no strict JSON at line 1, column 1',
      ].map((reason) => `its keys cannot be read: ${reason}; the last good ones stay in use`),
    )
    expect(seen.changes).toEqual([['one']])
    issuer.fail(503)
    await eventually(() => seen.reports).toHaveLength(5)
  })

  it('stay in use however long their source fails, which is a problem after three intervals', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    issuer.fail(503)
    const before = asked(issuer)
    await eventually(() => asked(issuer)).toBeGreaterThan(before + 1)
    seen.now += 3 * often.max - 1
    expect(keys.problem()).toBeNull()
    seen.now += 1
    expect([kidsOf(keys), keys.problem()]).toEqual([
      ['one'],
      'its keys cannot be read: it answers with status 503',
    ])
    issuer.issue(one)
    await eventually(() => keys.problem()).toBeNull()
  })

  it('that cannot be read are a problem once the clock was put back', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    issuer.fail(503)
    const before = asked(issuer)
    await eventually(() => asked(issuer)).toBeGreaterThan(before + 1)
    expect(keys.problem()).toBeNull()
    seen.now -= 3_600_000
    expect(keys.problem()).toBe('its keys cannot be read: it answers with status 503')
  })

  it('stay in use while their server is not there, and are replaced once it is back', async () => {
    const issuer = await issuing(one)
    let read = issuer.read
    const { keys } = keysFrom((signal) => read(signal), { intervals: often })
    await keys.ready()
    read = jwksUrl('http://127.0.0.1:1/')
    await pause()
    expect([kidsOf(keys), keys.problem()]).toEqual([['one'], null])
    issuer.issue(two)
    read = issuer.read
    await eventually(() => kidsOf(keys)).toEqual(['two'])
  })

  it('are served while a reload is under way', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read)
    await keys.ready()
    issuer.hang()
    void keys.reload()
    await eventually(() => asked(issuer)).toBe(2)
    expect([kidsOf(keys), keys.problem()]).toEqual([['one'], null])
  })

  it('that cannot be used are named once', async () => {
    const text = (kid: string) => jwksOf(jwkOf(secret, { kid: 'mine' }), jwkOf(rsa, { kid }))
    const issuer = await issuing(text('one'))
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => kidsOf(keys)).toEqual(['one'])
    issuer.issue(text('two'))
    await eventually(() => kidsOf(keys)).toEqual(['two'])
    expect(seen.reports).toEqual(['some of its keys are not used: key [mine]: its kty is not RSA or EC'])
  })
})

describe('keys whose private parts are with them', () => {
  it('are named once', async () => {
    const text = (kid: string) =>
      jwksOf({ ...p256.privateKey.export({ format: 'jwk' }), kid: 'mine' }, jwkOf(rsa, { kid }))
    const issuer = await issuing(text('one'))
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await keys.ready()
    issuer.issue(text('two'))
    await eventually(() => kidsOf(keys)).toEqual(['mine', 'two'])
    expect(seen.reports).toEqual(['whoever reads it can sign tokens: private keys stand in it: key [mine]'])
  })
})

describe('keys in a file', () => {
  it('follow it: replaced, broken, removed, there again', async () => {
    const path = join(await temporaryFolder(), 'jwks.json')
    const replace = async (text: string) => {
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    }
    await replace(one)
    const { keys, seen } = keysFrom(createJwksFile(path), { intervals: often })
    await keys.ready()
    expect(kidsOf(keys)).toEqual(['one'])
    await replace(two)
    await eventually(() => kidsOf(keys)).toEqual(['two'])
    await replace('half a f')
    await eventually(() => seen.reports.at(-1)).toMatch(/no JWK set/)
    await rm(path)
    await eventually(() => seen.reports.at(-1)).toMatch(/ENOENT/)
    expect(kidsOf(keys)).toEqual(['two'])
    await replace(one)
    await eventually(() => kidsOf(keys)).toEqual(['one'])
  })
})

describe('a refresh', () => {
  it('reads them again at any time, and after what is being read, which may be older', async () => {
    const { promise: older, resolve } = Promise.withResolvers<JwksText>()
    let reads = 0
    const { keys } = keysFrom(() => (reads++ === 0 ? older : Promise.resolve({ text: two, maxAge: null })))
    keys.refresh()
    resolve({ text: one, maxAge: null })
    await eventually(() => kidsOf(keys)).toEqual(['two'])
    keys.refresh()
    await eventually(() => reads).toBe(3)
  })

  it('reads nothing once they are closed', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read)
    await keys.ready()
    keys.close()
    keys.refresh()
    await pause()
    expect(asked(issuer)).toBe(1)
  })
})

describe('a reload for the sake of a token', () => {
  it('says whether other keys came of it', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    expect(await keys.reload()).toBe(false)
    seen.now += 10_000
    issuer.issue(two)
    expect(await keys.reload()).toBe(true)
    expect(kidsOf(keys)).toEqual(['two'])
    seen.now += 10_000
    issuer.fail(500)
    expect(await keys.reload()).toBe(false)
    expect(kidsOf(keys)).toEqual(['two'])
  })

  it('is possible where keys are asked for only once', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read, { intervals: once })
    await keys.ready()
    issuer.issue(two)
    expect(await keys.reload()).toBe(true)
  })

  it('swaps the keys in the same moment in which it says that they are others', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    issuer.issue(two)
    await keys.reload()
    expect(seen.changes).toEqual([['one'], ['two']])
  })

  it('asks nobody within 10 seconds of the last one, whatever came of that', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    for (const fail of [false, true]) {
      if (fail) issuer.fail(500)
      const before = asked(issuer)
      seen.now += 10_000
      await keys.reload()
      for (const passed of [0, 1, 9_998]) {
        seen.now += passed
        expect(await keys.reload()).toBe(false)
      }
      expect(asked(issuer)).toBe(before + 1)
      seen.now += 1
      await keys.reload()
      expect(asked(issuer)).toBe(before + 2)
    }
  })

  it('takes a clock that was put back for one that went on', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    await keys.reload()
    seen.now -= 1
    issuer.issue(two)
    expect(await keys.reload()).toBe(true)
    expect(await keys.reload()).toBe(false)
    expect(asked(issuer)).toBe(3)
  })

  it('costs one request in 10 seconds, however many tokens want it', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    for (let round = 1; round <= 3; round++) {
      seen.now += 10_000
      await Promise.all(Array.from({ length: 500 }, () => keys.reload()))
      for (let time = 0; time < 500; time++) await keys.reload()
      expect(asked(issuer)).toBe(1 + round)
    }
  })

  it('is shared by all who come while it is under way, the first load too', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read)
    expect(await Promise.all([keys.reload(), keys.reload()])).toEqual([true, true])
    issuer.issue(two)
    expect(await Promise.all([1, 2, 3].map(() => keys.reload()))).toEqual([true, true, true])
    expect(asked(issuer)).toBe(2)
  })

  it('lets 1,000 wait for a source that hangs, and says no to the others at once', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read)
    await keys.ready()
    let answer: () => unknown = () => undefined
    issuer.answer = (_, response) => (answer = () => response.end(two))
    let over = 0
    const waiting = Array.from({ length: 5_000 }, () => keys.reload().finally(() => over++))
    await eventually(() => asked(issuer)).toBe(2)
    await eventually(() => over).toBe(4_000)
    expect(kidsOf(keys)).toEqual(['one'])
    answer()
    const answers = await Promise.all(waiting)
    expect(answers.filter((other) => other)).toHaveLength(1_000)
    expect(answers.slice(0, 1_000)).not.toContain(false)
    expect(asked(issuer)).toBe(2)
  })

  it('has places again for those who come after a crowd', async () => {
    const issuer = await issuing(one)
    const { keys, seen } = keysFrom(issuer.read)
    await keys.ready()
    await Promise.all(Array.from({ length: 3_000 }, () => keys.reload()))
    seen.now += 10_000
    issuer.issue(two)
    expect(await keys.reload()).toBe(true)
  })

  it('ends without other keys where the source takes too long, even if that knows no end', async () => {
    let reads = 0
    const read = () =>
      reads++ === 0 ? Promise.resolve({ text: one, maxAge: null }) : new Promise<never>(() => undefined)
    const { keys, seen } = keysFrom(read, { timeout: 50 })
    await keys.ready()
    expect(await Promise.all([keys.reload(), keys.reload()])).toEqual([false, false])
    const reason = 'its keys cannot be read: it is not read within 50 ms; the last good ones stay in use'
    expect(seen.reports).toEqual([reason])
    seen.now += 10_000
    expect(await keys.reload()).toBe(false)
    expect(reads).toBeGreaterThanOrEqual(3)
  })
})

describe('keys that are closed', () => {
  it('leave their source in the middle of a read, and nobody waits any more', async () => {
    const issuer = await issuing(one)
    issuer.hang()
    const { keys, seen } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => asked(issuer)).toBe(1)
    const reloading = keys.reload()
    keys.close()
    await keys.ready()
    expect(await reloading).toBe(false)
    await eventually(issuer.connections).toBe(0)
    await pause()
    expect(asked(issuer)).toBe(1)
    expect(seen.reports).toEqual([])
  })

  it('ask their source no more', async () => {
    const issuer = await issuing(one)
    const { keys } = keysFrom(issuer.read, { intervals: often })
    await eventually(() => asked(issuer)).toBeGreaterThan(2)
    keys.close()
    await pause()
    const before = asked(issuer)
    expect(await keys.reload()).toBe(false)
    await pause()
    expect(asked(issuer)).toBe(before)
    expect(kidsOf(keys)).toEqual(['one'])
  })

  it('do not change, even if the source answers all the same', async () => {
    const { promise, resolve } = Promise.withResolvers<{ text: string; maxAge: null }>()
    const { keys, seen } = keysFrom(() => promise)
    keys.close()
    resolve({ text: one, maxAge: null })
    await keys.ready()
    await pause()
    expect([keys.current(), seen.changes]).toEqual([null, []])
  })

  it('may be closed twice', async () => {
    const { keys } = keysFrom((await issuing(one)).read)
    keys.close()
    keys.close()
    await keys.ready()
  })
})

describe('keys that nobody closes', () => {
  it('do not keep the process alive', async () => {
    const path = join(await temporaryFolder(), 'jwks.json')
    await writeFile(path, one)
    const source = join(import.meta.dirname, '../../../src/authentication/jwt')
    const program = `
      import { createJwksFile } from '${source}/jwksFile.ts'
      import { createReloadedKeys } from '${source}/reloadedKeys.ts'
      import { parseJwks } from '${source}/jwks.ts'
      const keys = (path) => createReloadedKeys({
        read: createJwksFile(path), parse: (text) => parseJwks(text, 'pkc', ['RS256']), clock: () => 0,
        intervals: { enabled: true, min: 60_000, max: 60_000 }, timeout: 10_000, changed() {}, report() {},
      })
      const [there, missing] = [keys(${JSON.stringify(path)}), keys('/missing')]
      await Promise.all([there.ready(), missing.ready()])
      console.log(there.current()?.length, missing.problem())`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(stdout).toBe('1 its keys cannot be read: there is no such file (ENOENT)\n')
  })
})
