import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argon2id } from '../../src/authentication/hashFormats/argon2id.ts'
import { pbkdf2, pbkdf2Stretch } from '../../src/authentication/hashFormats/pbkdf2.ts'
import { isOwnHash } from '../../src/authentication/passwordHash.ts'
import type { Passwords } from '../../src/authentication/passwords.ts'
import { newPasswords } from '../support/passwords.ts'
import type { Source } from '../../src/authentication/source.ts'
import { source } from '../support/attempts.ts'

// Whether a verification is computed shows without a clock: a computation needs a place in the queue, and when all of
// them are taken it is refused as UNAVAILABLE. What is remembered, or shared, needs none. Here all come from one source,
// where no other is named: it has a quarter of those that wait, and may have all of those that run.
const places = Math.floor(63.5 * availableParallelism())

/** A hash that costs next to nothing, so that thousands can be computed. */
function cheapHash(password: string): Promise<string> {
  return hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 })
}

/** The user of all verifications, but where another is named. */
const verify = (
  passwords: Passwords,
  passwordHash: string | null,
  password: string,
  username = 'jacknich',
  from = source,
) => passwords.verify(username, passwordHash, password, from)

/** Another text of the same hash: the name of a key is part of it, without being part of what is computed. */
function variant(hash: string, number: number): string {
  const name = Buffer.alloc(6)
  name.writeUIntBE(number, 0, 6)
  return hash.replace('p=1', `p=1,keyid=${name.toString('base64')}`)
}

/** Takes as many places as it is told to, from now until this turn of the event loop is over. */
function take(passwords: Passwords, count: number, cheap: string): Promise<boolean[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => verify(passwords, cheap, `wrong ${n}`)))
}

const unavailable = { code: 'UNAVAILABLE' }

describe('a new hash', () => {
  it('is argon2id with m=19456, t=2, p=1 over a salt of its own', async () => {
    const passwords = newPasswords()
    const hashes = await Promise.all([passwords.hash('secret', source), passwords.hash('secret', source)])
    for (const one of hashes) {
      expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      expect(isOwnHash(one)).toBe(true)
    }
    expect(hashes[0]).not.toBe(hashes[1])
  })

  it('is made in the queue too', async () => {
    const passwords = newPasswords()
    const taken = take(passwords, places, await cheapHash('other'))
    await expect(passwords.hash('secret', source)).rejects.toMatchObject(unavailable)
    await taken
    expect(isOwnHash(await passwords.hash('secret', source))).toBe(true)
  })
})

describe('a verification', () => {
  it.each([
    ['a word', 'secret'],
    ['nothing', ''],
    ['a space', ' '],
    ['letters beyond ASCII', 'pässwörd \u{1f600}'],
    ['a colon', 'a:b'],
    ['100,000 letters', 'x'.repeat(100_000)],
  ])('is true for the password alone: %s', async (_, password) => {
    const passwords = newPasswords()
    const stored = await passwords.hash(password, source)
    expect(await verify(passwords, stored, password)).toBe(true)
    for (const other of [`${password} `, `${password.slice(1)}1`, `${password.toUpperCase()}1`]) {
      expect(await verify(passwords, stored, other)).toBe(false)
    }
  })

  it('is false without a hash, again and again, whatever the password', async () => {
    const passwords = newPasswords()
    for (const password of ['secret', 'secret', ''])
      expect(await verify(passwords, null, password)).toBe(false)
  })

  it('takes one place, with a hash or without', async () => {
    for (const passwordHash of [null, await cheapHash('secret')]) {
      const passwords = newPasswords()
      const cheap = await cheapHash('other')
      const taken = take(passwords, places - 2, cheap)
      const [first, second, third] = ['a', 'b', 'c'].map((wrong) => verify(passwords, passwordHash, wrong))
      await expect(third).rejects.toMatchObject(unavailable)
      expect(await first).toBe(false)
      expect(await second).toBe(false)
      expect(await taken).not.toContain(true)
    }
  })

  it('costs the processor as much without a hash as with one', async () => {
    const passwords = newPasswords()
    const stored = await passwords.hash('secret', source)
    const cost = { with: 0, without: 0 }
    for (let round = 0; round < 8; round++) {
      cost.with += await processorTime(() => verify(passwords, stored, `wrong ${round}`))
      cost.without += await processorTime(() => verify(passwords, null, `wrong ${round}`))
    }
    // A cheaper decoy would be some hundred times cheaper, no decoy some thousand times.
    expect(cost.without / cost.with).toBeGreaterThan(1 / 4)
    expect(cost.without / cost.with).toBeLessThan(4)
  })

  it('is one against the decoy of the name where there is no hash', async () => {
    const asked: string[] = []
    const decoyFor = (username: string) => {
      asked.push(username)
      return argon2id.decoy()
    }
    const passwords = newPasswords({ decoyFor })
    expect(await verify(passwords, null, 'secret', 'nobody')).toBe(false)
    expect(await verify(passwords, await cheapHash('secret'), 'secret')).toBe(true)
    expect(asked).toEqual(['nobody'])
  })

  it('is computed in any format in the same queue', async () => {
    const passwords = newPasswords()
    const hashes = [await bcryptHash('secret', 4), pbkdf2.decoy(1_000), pbkdf2Stretch.decoy(1_000)]
    expect(await Promise.all(hashes.map((one) => verify(passwords, one, 'secret')))).toEqual([
      true,
      false,
      false,
    ])
    const taken = take(passwords, places, await cheapHash('other'))
    expect(await verify(passwords, hashes[0] ?? '', 'secret')).toBe(true)
    for (const one of hashes) await expect(verify(passwords, one, 'wrong')).rejects.toMatchObject(unavailable)
    await taken
  })

  it('throws on what is no hash, and does not repeat it', async () => {
    const failed = verify(newPasswords(), 'secret', 'secret')
    await expect(failed).rejects.toThrow('the hash of a password is of no format that is known')
  })

  it('is computed once for all who ask the same at once', async () => {
    const passwords = newPasswords()
    const [secret, other] = [await cheapHash('secret'), await cheapHash('other')]
    const taken = take(passwords, places - 2, other)
    const right = Promise.all(Array.from({ length: 100 }, () => verify(passwords, secret, 'secret')))
    const wrong = Promise.all(Array.from({ length: 100 }, () => verify(passwords, secret, 'wrong')))
    expect(new Set(await right)).toEqual(new Set([true]))
    expect(new Set(await wrong)).toEqual(new Set([false]))
    await taken
  })

  it('is shared only by those who try the same user, be there such a user or not', async () => {
    for (const passwordHash of [null, await cheapHash('secret')]) {
      const passwords = newPasswords()
      const taken = take(passwords, places - 2, await cheapHash('other'))
      const tries = ['a', 'a', 'b', 'b', 'c'].map((name) => verify(passwords, passwordHash, 'wrong', name))
      await expect(tries[4]).rejects.toMatchObject(unavailable)
      expect(await Promise.all(tries.slice(0, 4))).toEqual([false, false, false, false])
      await taken
    }
  })

  it('fails alike for all who share it, and is computed anew after that', async () => {
    const passwords = newPasswords()
    const [secret, other] = [await cheapHash('secret'), await cheapHash('other')]
    const taken = take(passwords, places, other)
    for (const answer of [1, 2, 3].map(() => verify(passwords, secret, 'secret'))) {
      await expect(answer).rejects.toMatchObject(unavailable)
    }
    await taken
    expect(await verify(passwords, secret, 'secret')).toBe(true)
  })
})

describe('hashing that takes very long', () => {
  it.each([
    ['is told once', 2_001, 1],
    ['is not told while it takes no longer than two seconds', 2_000, 0],
  ])('%s', async (_, took, times) => {
    let now = 0
    const told: number[] = []
    const passwords = newPasswords({ clock: () => (now += took), starves: () => told.push(now) })
    for (const password of ['one', 'another']) await passwords.hash(password, source)
    expect(told).toHaveLength(times)
  })
})

describe('verifications that are too many', () => {
  const other = { ...source, key: 'another' }

  it('are refused at once to the source that has a quarter of the places, and others still get in', async () => {
    const passwords = newPasswords()
    const [secret, cheap] = [await cheapHash('secret'), await cheapHash('other')]
    const taken = take(passwords, places, cheap)
    await expect(verify(passwords, cheap, 'one more')).rejects.toMatchObject(unavailable)
    for (const from of [other, { ...source, lane: 'grants' as const }])
      expect(await verify(passwords, secret, 'secret', 'jacknich', from)).toBe(true)
    await taken
  })

  // The right password equals none of those that are guessed, so its computation is its own.
  it('do not keep out the user whose password is guessed, since what is shared belongs to who was first', async () => {
    const passwords = newPasswords()
    const secret = await cheapHash('secret')
    const guesses = take(passwords, places, secret)
    const order: string[] = []
    const guessed = guesses.then(() => order.push('guesses'))
    const own = verify(passwords, secret, 'secret', 'jacknich', other).then((right) => order.push(`${right}`))
    // Shares what is computed for the other source, and takes no place of its own.
    expect(await verify(passwords, secret, 'secret')).toBe(true)
    await Promise.all([own, guessed])
    expect(order).toEqual(['true', 'guesses'])
  })

  it('do not keep out who has a place, though somebody without one has tried the same first', async () => {
    const passwords = newPasswords()
    const secret = await cheapHash('secret')
    const taken = take(passwords, places, secret)
    const first = verify(passwords, secret, 'secret')
    const shared = [1, 2].map(() => verify(passwords, secret, 'secret', 'jacknich', other))
    await expect(first).rejects.toMatchObject(unavailable)
    expect(await Promise.all(shared)).toEqual([true, true])
    await taken
  })

  it('are not computed any more after ten seconds, and what is refused leaves nothing behind', async () => {
    let now = 0
    const reports: (Source | null)[] = []
    const passwords = newPasswords({ clock: () => now, report: (refused) => reports.push(refused) })
    const secret = await cheapHash('secret')
    const tries = Array.from({ length: places }, (_, n) => verify(passwords, secret, `wrong ${n}`))
    const right = verify(passwords, secret, 'secret', 'jacknich', other)
    now = 10_000
    const answers = await Promise.allSettled([...tries, right])
    const computed = answers.filter(({ status }) => status === 'fulfilled')
    expect(computed).toHaveLength(availableParallelism())
    expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: unavailable })
    expect(reports).toEqual([source, null])
    expect(await verify(passwords, secret, 'secret', 'jacknich', other)).toBe(true)
    await take(passwords, places, secret)
  })

  it('are not computed any more once the clock was put back', async () => {
    let now = 0
    const passwords = newPasswords({ clock: () => now })
    const secret = await cheapHash('secret')
    const tries = Array.from({ length: places }, (_, n) => verify(passwords, secret, `wrong ${n}`))
    now = -3_600_000
    const answers = await Promise.allSettled(tries)
    const computed = answers.filter(({ status }) => status === 'fulfilled')
    expect(computed).toHaveLength(availableParallelism())
    expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: unavailable })
  })

  it('are computed while they wait for no longer', async () => {
    let now = 0
    const passwords = newPasswords({ clock: () => now })
    const tries = take(passwords, places, await cheapHash('secret'))
    now = 9_999
    expect(await tries).not.toContain(true)
  })
})

describe('a proof', () => {
  it('is remembered, so that it is answered while all places are taken', async () => {
    const passwords = newPasswords()
    const [secret, other] = [await cheapHash('secret'), await cheapHash('other')]
    await verify(passwords, secret, 'secret')
    const taken = take(passwords, places, other)
    expect(await verify(passwords, secret, 'secret')).toBe(true)
    await taken
  })

  it('does not count where it is to be found out anew, and no place is left for that', async () => {
    const passwords = newPasswords()
    const [secret, other] = [await cheapHash('secret'), await cheapHash('other')]
    await verify(passwords, secret, 'secret')
    const anew = () => passwords.verify('jacknich', secret, 'secret', source, true)
    const most = take(passwords, places - 1, other)
    expect(await anew()).toBe(true)
    const last = verify(passwords, other, 'one more')
    await expect(anew()).rejects.toMatchObject(unavailable)
    await Promise.all([most, last])
    expect(await anew()).toBe(true)
  })

  it('counts only for the hash against which it was proven', async () => {
    const passwords = newPasswords()
    const [first, second, changed] = await Promise.all(['secret', 'secret', 'new secret'].map(cheapHash))
    await verify(passwords, first ?? '', 'secret')
    expect(await verify(passwords, changed ?? '', 'secret')).toBe(false)
    const taken = take(passwords, places, await cheapHash('other'))
    await expect(verify(passwords, second ?? '', 'secret')).rejects.toMatchObject(unavailable)
    await taken
  })

  it('is not remembered where there is none: wrong passwords are computed each time', async () => {
    const passwords = newPasswords()
    const [secret, other] = [await cheapHash('secret'), await cheapHash('other')]
    await verify(passwords, secret, 'wrong')
    await verify(passwords, null, 'wrong')
    const taken = take(passwords, places, other)
    await expect(verify(passwords, secret, 'wrong')).rejects.toMatchObject(unavailable)
    await expect(verify(passwords, null, 'wrong')).rejects.toMatchObject(unavailable)
    await taken
  })

  it('is not confused with another hash and password of the same letters', async () => {
    const passwords = newPasswords()
    const secret = await cheapHash('secret')
    await verify(passwords, secret, 'secret')
    // A hash that lacks its last letter may not even be one.
    const other = verify(passwords, secret.slice(0, -1), `${secret.at(-1) ?? ''}secret`).catch(() => false)
    expect(await other).toBe(false)
  })

  it('is forgotten once 100,000 others have come after it', { timeout: 120_000 }, async () => {
    const passwords = newPasswords()
    const secret = await cheapHash('secret')
    const prove = (number: number) => verify(passwords, variant(secret, number), 'secret')
    for (let first = 0; first <= 100_000; first += 100) {
      const proofs = Array.from({ length: 100 }, (_, n) => prove(first + n))
      expect(await Promise.all(proofs)).not.toContain(false)
    }
    const taken = take(passwords, places, await cheapHash('other'))
    expect(await prove(100_099)).toBe(true)
    expect(await prove(100)).toBe(true)
    await expect(prove(99)).rejects.toMatchObject(unavailable)
    await taken
  })
})

describe('a hash of argon2id', () => {
  const made =
    '$argon2id$v=19$m=19456,t=2,p=1$NfmCuYBsgXqTPjPqKMLGHQ$wSNDoaChGHyRXSTd+HpMG95bTdFB3GDYLLu9PdDvXMM'

  it('is our own if we could have made it', () => {
    expect(isOwnHash(made)).toBe(true)
  })

  it.each([
    ['another algorithm', made.replace('argon2id', 'argon2i')],
    ['another version', made.replace('v=19', 'v=16')],
    ['more memory', made.replace('m=19456', 'm=65536')],
    ['less time', made.replace('t=2', 't=1')],
    ['more threads', made.replace('p=1', 'p=4')],
    ['another order of parameters', made.replace('m=19456,t=2', 't=2,m=19456')],
    ['a shorter salt', made.replace('NfmC', '')],
    ['a shorter hash', made.slice(0, -1)],
    ['a longer hash', `${made}A`],
    ['padding', `${made}=`],
    // The last letter of each part has bits that stand for nothing. argon2 throws where they are not zero.
    ['a salt with bits too many', made.replace('GHQ$', 'GHR$')],
    ['a hash with bits too many', `${made.slice(0, -1)}N`],
    ['base64url', made.replace('+', '-')],
    ['a line end', `${made}\n`],
    ['something before it', ` ${made}`],
    ['bcrypt', '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['nothing', ''],
  ])('is not with %s', (_, text) => {
    expect(isOwnHash(text)).toBe(false)
  })

  it('is our own whatever its bytes, and can be verified against', async () => {
    const passwords = newPasswords()
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(base64)
    await fc.assert(
      fc.asyncProperty(bytes(16), bytes(32), async (salt, hash) => {
        const text = `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${hash}`
        expect(isOwnHash(text)).toBe(true)
        expect(await verify(passwords, text, 'secret')).toBe(false)
      }),
      { numRuns: 20 },
    )
  })
})

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}

/** What an act costs this process, on all processors together, in microseconds. */
async function processorTime(act: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
