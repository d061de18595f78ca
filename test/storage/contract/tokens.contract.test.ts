import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Basis } from '../../../src/authentication/basis.ts'
import { invalidateAll } from '../../../src/authentication/tokens/invalidate.ts'
import { hashesOf, hashOf, newToken, successorOf } from '../../../src/authentication/tokens/opaqueToken.ts'
import type {
  Lifetimes,
  NewPair,
  TokenSelection,
} from '../../../src/authentication/tokens/tokenRepository.ts'
import type { StoredUser } from '../../../src/authentication/userRepository.ts'
import { groundless } from '../../support/groundless.ts'
import { databaseName, prepared, type TestDatabase } from '../../support/testDatabase.ts'
import { atOnce, howMany } from './concurrency.ts'
import { delicateDocuments } from './documents.ts'

const start = 1_800_000_000_000
const minute = 60_000
const hour = 60 * minute
const lifetimes: Lifetimes = { access: 20 * minute, refresh: 1_440 * minute, remembered: 1_440 * minute }

const ada: StoredUser = {
  username: 'ada',
  passwordHash: 'hash of ada',
  roles: ['admin'],
  fullName: 'Ada Lovelace',
  email: null,
  metadata: { intelligence: 7 },
  enabled: true,
}
const details = { roles: ada.roles, fullName: ada.fullName, email: ada.email, metadata: ada.metadata }
const client = { username: 'app', realm: { name: 'native', type: 'native' } }

describe('tokens', () => {
  const emptied = prepared()

  async function withAda() {
    const database = await emptied()
    await database.setTime(start)
    await database.users.put(ada, groundless)
    return { ...database, basis: await basisIn(database) }
  }

  async function basisIn({ users }: Pick<TestDatabase, 'users'>, username = 'ada'): Promise<Basis> {
    const found = await users.find(username)
    if (!found) throw new Error(`there is no ${username}`)
    return found.basis
  }

  /** Stores a pair as it is issued to ada, but for what is said. */
  async function issued(
    { tokens }: Pick<TestDatabase, 'tokens'>,
    basis: Basis | null,
    facts: Partial<NewPair> = {},
  ) {
    const pair = { accessToken: newToken(), refreshToken: newToken() }
    const whole = {
      ...hashesOf(pair),
      parent: null,
      username: 'ada',
      realmName: 'native',
      realmType: 'native',
      snapshot: null,
      apiKeyId: null,
      client,
      ...facts,
    }
    expect(await tokens.create(whole, lifetimes, basis)).toBe(true)
    const { family = '', familyStartedAt = 0 } = (await tokens.find({ accessHash: whole.accessHash })) ?? {}
    return { ...pair, ...whole, family, familyStartedAt }
  }

  describe('a pair that is created', () => {
    it('is found by either hash, with its user and the times of the database', async () => {
      const { basis, securityEpoch, ...database } = await withAda()
      const { accessHash, refreshHash, family } = await issued(database, basis)
      const found = {
        accessHash,
        family,
        familyStartedAt: start,
        username: 'ada',
        realmName: 'native',
        realmType: 'native',
        snapshot: null,
        apiKeyId: null,
        client,
        accessExpiresAt: start + lifetimes.access,
        accessInvalidated: false,
        refresh: {
          expiresAt: start + lifetimes.refresh,
          invalidated: false,
          usedAt: null,
          salt: null,
          succeeded: false,
        },
        stands: true,
        user: { details, basis },
        now: start,
        securityEpoch: await securityEpoch(),
      }
      expect(await database.tokens.find({ accessHash })).toEqual(found)
      expect(await database.tokens.find({ refreshHash: refreshHash ?? '' })).toEqual(found)
      expect(await database.tokens.find({ accessHash: refreshHash ?? '' })).toBeNull()
    })

    it('need not have a refresh token', async () => {
      const { basis, ...database } = await withAda()
      const { accessHash } = await issued(database, basis, { refreshHash: null })
      expect(await database.tokens.find({ accessHash })).toMatchObject({ refresh: null })
    })

    it.each(delicateDocuments)('keeps what a realm said, exactly: %s', async (_, metadata) => {
      const database = await withAda()
      const snapshot = { roles: ['b', 'a'], fullName: null, email: 'ada@example.com', metadata }
      const { accessHash } = await issued(database, null, { snapshot })
      expect(await database.tokens.find({ accessHash })).toMatchObject({ snapshot, stands: true, user: null })
    })

    it('is not created on a basis that is gone', async () => {
      const { basis, users, tokens } = await withAda()
      await users.setPasswordHash('ada', 'another', groundless)
      const pair = {
        accessHash: 'a',
        refreshHash: 'r',
        parent: null,
        username: 'ada',
        snapshot: null,
        apiKeyId: null,
        client,
      }
      const whole = { ...pair, realmName: 'native', realmType: 'native' }
      expect(await tokens.create(whole, lifetimes, basis)).toBe(false)
      expect(await tokens.find({ accessHash: 'a' })).toBeNull()
    })

    it('is created whatever else of its user was written meanwhile', async () => {
      const { basis, ...database } = await withAda()
      await database.users.replace({ ...ada, roles: ['other'], fullName: null })
      await issued(database, basis)
    })

    it('is not created for a user who was disabled, or is another by that name', async () => {
      const { basis, users, tokens } = await withAda()
      const pair = {
        refreshHash: null,
        parent: null,
        username: 'ada',
        snapshot: null,
        apiKeyId: null,
        client,
      }
      const whole = { ...pair, realmName: 'native', realmType: 'native' }
      await users.setEnabled('ada', false)
      expect(await tokens.create({ ...whole, accessHash: 'a' }, lifetimes, basis)).toBe(false)
      await users.delete('ada')
      await users.put(ada, groundless)
      expect(await tokens.create({ ...whole, accessHash: 'b' }, lifetimes, basis)).toBe(false)
    })

    it('belongs to the login of its parent, and is not created once that was invalidated', async () => {
      const { basis, ...database } = await withAda()
      const parent = await issued(database, basis)
      await database.setTime(start + 5)
      const child = await issued(database, basis, { parent, refreshHash: null })
      expect(child).toMatchObject({ family: parent.family, familyStartedAt: start })
      await database.tokens.invalidate('access', parent.accessHash)
      const { refreshToken, accessToken, family, familyStartedAt, ...whole } = child
      expect([refreshToken, accessToken, family, familyStartedAt].every(Boolean)).toBe(true)
      expect(await database.tokens.create({ ...whole, accessHash: 'x' }, lifetimes, basis)).toBe(false)
    })

    it('never stands on a password that is being changed', async () => {
      const database = await withAda()
      for (let round = 0; round < 20; round++) {
        const basis = await basisIn(database)
        const pairs = Array.from({ length: 8 }, () =>
          hashesOf({ accessToken: newToken(), refreshToken: null }),
        )
        const facts = {
          parent: null,
          username: 'ada',
          realmName: 'native',
          realmType: 'native',
          snapshot: null,
          apiKeyId: null,
          client,
        }
        await Promise.all([
          ...pairs.map((pair) => database.tokens.create({ ...pair, ...facts }, lifetimes, basis)),
          database.users.setPasswordHash('ada', `hash ${round}`, groundless),
        ])
        for (const { accessHash } of pairs) {
          expect((await database.tokens.find({ accessHash }))?.stands ?? false).toBe(false)
        }
      }
    })
  })

  describe('what stands on a user', () => {
    const writes: [string, (database: TestDatabase) => Promise<unknown>][] = [
      ['another password', ({ users }) => users.setPasswordHash('ada', 'another', groundless)],
      ['being put again, with a password', ({ users }) => users.put(ada, groundless)],
      ['being disabled', ({ users }) => users.setEnabled('ada', false)],
      [
        'being disabled and enabled again',
        async ({ users }) => {
          await users.setEnabled('ada', false)
          await users.setEnabled('ada', true)
        },
      ],
      ['being replaced as disabled', ({ users }) => users.replace({ ...ada, enabled: false })],
      ['being deleted', ({ users }) => users.delete('ada')],
      [
        'being deleted and made again, the same',
        async ({ users }) => {
          await users.delete('ada')
          await users.put(ada, groundless)
        },
      ],
      ['another password, by SQL', ({ run }) => run(`UPDATE users SET "passwordHash" = 'x'`)],
      ['being disabled, by SQL', ({ run }) => run(`UPDATE users SET enabled = false`)],
      ['being deleted, by SQL', ({ run }) => run(`DELETE FROM users`)],
    ]

    it.each(writes)('ends by %s', async (_, write) => {
      const { basis, ...database } = await withAda()
      const { accessHash } = await issued(database, basis)
      const snapshot = { ...details, roles: ['of the realm'] }
      const ofRealm = await issued(database, basis, { snapshot, realmName: 'corp', realmType: 'jwt' })
      await write(database)
      for (const hash of [accessHash, ofRealm.accessHash]) {
        expect(await database.tokens.find({ accessHash: hash })).toMatchObject({ stands: false, user: null })
      }
    })

    it('stays with other roles, which are read at once', async () => {
      const { basis, ...database } = await withAda()
      const { accessHash } = await issued(database, basis)
      const { passwordHash, ...rest } = ada
      expect(passwordHash).not.toBe('')
      await database.users.replace({ ...rest, roles: ['other'], metadata: {} })
      expect(await database.tokens.find({ accessHash })).toMatchObject({
        stands: true,
        user: { details: { roles: ['other'], metadata: {} }, basis: { revision: 2 } },
      })
    })

    it('ends in the same way for users who are older than incarnations', async () => {
      const database = await withAda()
      await database.run(`UPDATE users SET incarnation = NULL`)
      const { accessHash } = await issued(database, await basisIn(database))
      expect(await database.tokens.find({ accessHash })).toMatchObject({ stands: true })
      await database.users.setPasswordHash('ada', 'another', groundless)
      expect(await database.tokens.find({ accessHash })).toMatchObject({ stands: false })
    })
  })

  describe('a refresh token', () => {
    it('is used first by exactly one of many at once', async () => {
      const { basis, ...database } = await withAda()
      const { accessHash, refreshHash } = await issued(database, basis)
      const uses = await atOnce(64, (n) => database.tokens.use(accessHash, `salt ${n}`, null))
      expect(howMany(uses)).toBe(1)
      expect(await database.tokens.find({ refreshHash: refreshHash ?? '' })).toMatchObject({
        refresh: { usedAt: start, salt: `salt ${uses.indexOf(true)}` },
      })
    })

    it.each<[string, (database: TestDatabase, accessHash: string) => Promise<unknown>]>([
      ['was invalidated', ({ tokens }, accessHash) => tokens.invalidate('refresh', accessHash)],
      ['has expired', ({ setTime }) => setTime(start + lifetimes.refresh)],
    ])('is neither used nor succeeded once it %s', async (_, end) => {
      const { basis, ...database } = await withAda()
      const { tokens } = database
      const [fresh, used] = [await issued(database, basis), await issued(database, basis)]
      expect(await tokens.use(used.accessHash, 'salt', null)).toBe(true)
      for (const { accessHash } of [fresh, used]) await end(database, accessHash)
      expect(await tokens.use(fresh.accessHash, 'salt', null)).toBe(false)
      const predecessor = { accessHash: used.accessHash, salt: 'salt' }
      expect(await tokens.succeed(predecessor, { accessHash: 'a', refreshHash: 'r' }, lifetimes)).toBe(false)
    })

    it('is used in place of another use only if that was the one, and whether anything came of it is known', async () => {
      const { basis, ...database } = await withAda()
      const { tokens, setTime } = database
      const { accessHash } = await issued(database, basis)
      expect(await tokens.use(accessHash, 's', null)).toBe(true)
      await setTime(start + 31_000)
      expect(await tokens.find({ accessHash })).toMatchObject({ refresh: { succeeded: false } })
      expect(await tokens.use(accessHash, 't', start + 1)).toBe(false)
      const uses = await atOnce(16, (n) => tokens.use(accessHash, `salt ${n}`, start))
      expect(howMany(uses)).toBe(1)
      const salt = `salt ${uses.indexOf(true)}`
      expect(await tokens.find({ accessHash })).toMatchObject({ refresh: { usedAt: start + 31_000, salt } })
      const successor = { accessHash: 'a', refreshHash: 'r' }
      expect(await tokens.succeed({ accessHash, salt: 's' }, successor, lifetimes)).toBe(false)
      expect(await tokens.succeed({ accessHash, salt }, successor, lifetimes)).toBe(true)
      expect(await tokens.find({ accessHash })).toMatchObject({ refresh: { succeeded: true } })
    })

    it('is succeeded only with the salt that it was used with', async () => {
      const { basis, ...database } = await withAda()
      const { accessHash } = await issued(database, basis)
      const successor = { accessHash: 'a', refreshHash: 'r' }
      expect(await database.tokens.succeed({ accessHash, salt: 's' }, successor, lifetimes)).toBe(false)
      await database.tokens.use(accessHash, 's', null)
      expect(await database.tokens.succeed({ accessHash, salt: 't' }, successor, lifetimes)).toBe(false)
      expect(await database.tokens.succeed({ accessHash, salt: 's' }, successor, lifetimes)).toBe(true)
    })

    it('has one successor, however many store it at once and however late, as of the first use', async () => {
      const { basis, ...database } = await withAda()
      const { tokens, setTime, run } = database
      const { accessHash, refreshToken, family } = await issued(database, basis)
      await tokens.use(accessHash, newToken(), null)
      await setTime(start + 20_000)
      const successor = hashesOf(successorOf(refreshToken, 'salt'))
      const salt = (await tokens.find({ accessHash }))?.refresh?.salt ?? ''
      const stored = await atOnce(32, () => tokens.succeed({ accessHash, salt }, successor, lifetimes))
      expect(howMany(stored)).toBe(32)
      expect(Number((await run('SELECT count(*) FROM tokens'))[0]?.[0])).toBe(2)
      expect(await tokens.find({ accessHash: successor.accessHash })).toMatchObject({
        family,
        username: 'ada',
        client,
        stands: true,
        accessExpiresAt: start + lifetimes.access,
        refresh: { expiresAt: start + lifetimes.refresh, usedAt: null, salt: null },
      })
    })

    it('leaves a successor that was invalidated as it is', async () => {
      const { basis, ...database } = await withAda()
      const { tokens } = database
      const { accessHash } = await issued(database, basis)
      await tokens.use(accessHash, 's', null)
      const successor = { accessHash: 'a', refreshHash: 'r' }
      await tokens.succeed({ accessHash, salt: 's' }, successor, lifetimes)
      await tokens.invalidate('access', 'a')
      expect(await tokens.succeed({ accessHash, salt: 's' }, successor, lifetimes)).toBe(true)
      expect(await tokens.find({ accessHash: 'a' })).toMatchObject({ accessInvalidated: true })
    })
  })

  describe('an invalidation', () => {
    it('ends one kind of token, and counts each once', async () => {
      const { basis, ...database } = await withAda()
      const { tokens } = database
      const { accessHash } = await issued(database, basis)
      const ended = await atOnce(16, () => tokens.invalidate('access', accessHash))
      expect(howMany(ended)).toBe(1)
      expect(await tokens.find({ accessHash })).toMatchObject({
        accessInvalidated: true,
        refresh: { invalidated: false },
      })
      expect(await tokens.invalidate('refresh', accessHash)).toBe(true)
    })

    it('counts no refresh token where there is none', async () => {
      const { basis, ...database } = await withAda()
      await issued(database, basis, { refreshHash: null })
      const ended = await invalidateAll(database.tokens, { username: 'ada', realmName: null })
      expect(ended).toEqual({ invalidated: 1, previouslyInvalidated: 0 })
    })

    it('counts what had been invalidated, of what is still valid in part', async () => {
      const { basis, ...database } = await withAda()
      const { accessHash } = await issued(database, basis)
      await issued(database, basis)
      await database.tokens.invalidate('access', accessHash)
      const ended = await invalidateAll(database.tokens, { username: 'ada', realmName: null })
      expect(ended).toEqual({ invalidated: 3, previouslyInvalidated: 1 })
    })

    it('ends with the logins until it began, however many come meanwhile', async () => {
      const { basis, ...database } = await withAda()
      await issued(database, basis)
      const later: Awaited<ReturnType<typeof issued>>[] = []
      let now = start
      const { tokens } = database
      const busy: Pick<typeof tokens, 'active' | 'invalidateActive'> = {
        invalidateActive: (...given) => tokens.invalidateActive(...given),
        async active(...given) {
          const found = await tokens.active(...given)
          await database.setTime((now += 1))
          later.push(await issued(database, basis))
          return found
        },
      }
      const ended = await invalidateAll(busy, { username: 'ada', realmName: null })
      expect(ended).toEqual({ invalidated: 2, previouslyInvalidated: 0 })
      for (const { accessHash } of later)
        expect(await database.tokens.find({ accessHash })).toMatchObject({ accessInvalidated: false })
    })

    describe('after the clock was put back', () => {
      const selections: [string, (login: { family: string }) => TokenSelection][] = [
        ['a user', () => ({ username: 'ada', realmName: null })],
        ['a realm', () => ({ username: null, realmName: 'native' })],
        ['a login', ({ family }) => ({ family })],
      ]

      it.each(selections)('ends what is there of %s', async (_, selectionOf) => {
        const { basis, ...database } = await withAda()
        const login = await issued(database, basis)
        await database.setTime(start - hour)
        const selection = selectionOf(login)
        const of = 'family' in selection ? 1 : 2
        if (of === 2) await issued(database, basis)
        const ended = await invalidateAll(database.tokens, selection)
        expect(ended).toEqual({ invalidated: 2 * of, previouslyInvalidated: 0 })
        expect(await database.tokens.active({ username: 'ada', realmName: null }, null)).toMatchObject({
          valid: 0,
        })
        expect(await database.tokens.find({ accessHash: login.accessHash })).toMatchObject({
          accessInvalidated: true,
          refresh: { invalidated: true },
        })
      })

      it.each(selections)('ends what is there of %s, and is set right meanwhile', async (_, selectionOf) => {
        const { basis, ...database } = await withAda()
        const login = await issued(database, basis)
        await database.setTime(start - hour)
        const { tokens } = database
        const setRight: Pick<typeof tokens, 'active' | 'invalidateActive'> = {
          invalidateActive: (...given) => tokens.invalidateActive(...given),
          async active(...given) {
            const found = await tokens.active(...given)
            await database.setTime(start + 1)
            return found
          },
        }
        const ended = await invalidateAll(setRight, selectionOf(login))
        expect(ended).toEqual({ invalidated: 2, previouslyInvalidated: 0 })
      })

      it('ends, however many logins come meanwhile', async () => {
        const { basis, ...database } = await withAda()
        const there = await issued(database, basis)
        let now = start - hour
        await database.setTime(now)
        const { tokens } = database
        const andLogin = async <Found>(found: Found) => {
          await database.setTime((now += 1))
          if (now > start - hour + 10) throw new Error('it goes on and on')
          await issued(database, basis)
          return found
        }
        const busy: Pick<typeof tokens, 'active' | 'invalidateActive'> = {
          invalidateActive: (...given) => tokens.invalidateActive(...given).then(andLogin),
          active: (...given) => tokens.active(...given).then(andLogin),
        }
        const ended = await invalidateAll(busy, { username: 'ada', realmName: null })
        expect(ended).toEqual({ invalidated: 2, previouslyInvalidated: 0 })
        expect(await tokens.find({ accessHash: there.accessHash })).toMatchObject({
          accessInvalidated: true,
          refresh: { invalidated: true },
        })
      })
    })

    it('finds what is active by user, realm and family', async () => {
      const { basis, ...database } = await withAda()
      const snapshot = details
      const own = await issued(database, basis)
      const corp = await issued(database, null, { snapshot, realmName: 'corp', realmType: 'jwt' })
      const other = await issued(database, null, {
        snapshot,
        username: 'bob',
        realmName: 'corp',
        realmType: 'jwt',
      })
      const valid = async (selection: Parameters<typeof database.tokens.active>[0]) =>
        (await database.tokens.active(selection, null)).valid
      expect(await valid({ username: 'ada', realmName: null })).toBe(4)
      expect(await valid({ username: null, realmName: 'corp' })).toBe(4)
      expect(await valid({ username: 'ada', realmName: 'corp' })).toBe(2)
      expect(await valid({ username: 'nobody', realmName: null })).toBe(0)
      expect(await valid({ family: own.family })).toBe(2)
      await database.tokens.invalidateActive({ username: 'ada', realmName: 'corp' }, start)
      const isInvalidated = async ({ accessHash }: NewPair) =>
        (await database.tokens.find({ accessHash }))?.accessInvalidated
      expect(await Promise.all([own, corp, other].map(isInvalidated))).toEqual([false, true, false])
    })

    it('finds nothing active in what has expired, was invalidated, or stands on nobody', async () => {
      const { basis, ...database } = await withAda()
      const { tokens, users, setTime } = database
      const ofAda = { username: 'ada', realmName: null }
      const { accessHash } = await issued(database, basis)
      await tokens.invalidate('access', accessHash)
      expect((await tokens.active(ofAda, null)).valid).toBeGreaterThan(0)
      await tokens.invalidate('refresh', accessHash)
      expect(await tokens.active(ofAda, null)).toMatchObject({ valid: 0 })
      await issued(database, basis)
      await setTime(start + lifetimes.access)
      expect((await tokens.active(ofAda, null)).valid).toBeGreaterThan(0)
      await setTime(start + lifetimes.refresh + minute)
      expect(await tokens.active(ofAda, null)).toMatchObject({ valid: 0 })
      await issued(database, basis)
      await users.setPasswordHash('ada', 'another', groundless)
      expect(await tokens.active(ofAda, null)).toMatchObject({ valid: 0 })
    })

    it('leaves nothing valid of what is refreshed meanwhile, as often as that is', async () => {
      const { basis, ...database } = await withAda()
      const { tokens } = database
      for (let round = 0; round < 20; round++) {
        const first = await issued(database, basis)
        const refreshing = async () => {
          for (let { accessHash, refreshToken } = first; ;) {
            const salt = newToken()
            if (!(await tokens.use(accessHash, salt, null))) return
            const successor = successorOf(refreshToken, salt)
            const hashes = hashesOf(successor)
            if (!(await tokens.succeed({ accessHash, salt }, hashes, lifetimes))) return
            ;({ accessHash } = hashes)
            refreshToken = successor.refreshToken ?? ''
          }
        }
        const selection = round % 2 ? { family: first.family } : { username: 'ada', realmName: null }
        await Promise.all([refreshing(), invalidateAll(tokens, selection)])
        expect(await tokens.active({ username: 'ada', realmName: null }, null)).toMatchObject({ valid: 0 })
      }
    })

    // SQLite does one after the other.
    describe.runIf(databaseName === 'postgresql')('waits for a refreshing that has begun', () => {
      it.each<[string, number, (family: string) => TokenSelection]>([
        ['of a login', 0, (family) => ({ family })],
        ['of a login before the clock was put back', hour, (family) => ({ family })],
        ['of a user', 0, () => ({ username: 'ada', realmName: null })],
        [
          'of a user who came before the clock was put back',
          hour,
          () => ({ username: 'ada', realmName: null }),
        ],
      ])('%s', async (_, back, selectionOf) => {
        const { basis, ...database } = await withAda()
        const { tokens, run } = database
        const { accessHash, family } = await issued(database, basis)
        await database.setTime(start - back)
        await tokens.use(accessHash, 'salt', null)
        await run(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$`)
        await run('CREATE TRIGGER slow BEFORE INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION wait()')
        onTestFinished(async () => {
          await run('DROP FUNCTION wait CASCADE')
        })
        const successor = { accessHash: 'a', refreshHash: 'r' }
        const refreshing = tokens.succeed({ accessHash, salt: 'salt' }, successor, lifetimes)
        await setTimeout(200)
        await invalidateAll(tokens, selectionOf(family))
        expect(await refreshing).toBe(true)
        expect(await tokens.find({ accessHash: 'a' })).toMatchObject({
          accessInvalidated: true,
          refresh: { invalidated: true },
        })
      })
    })

    it('counts every token once, whoever else invalidates it', async () => {
      const { basis, ...database } = await withAda()
      await sixHundred(() => issued(database, basis))
      const counts = await atOnce(2, () =>
        invalidateAll(database.tokens, { username: 'ada', realmName: null }),
      )
      expect(counts.reduce((sum, { invalidated }) => sum + invalidated, 0)).toBe(1_200)
    })
  })

  describe('in the background', () => {
    it('rows are removed a day after their last end, at once by any number', async () => {
      const { basis, ...database } = await withAda()
      const { tokens, setTime } = database
      await sixHundred(() => issued(database, basis))
      const short = await issued(database, basis, { refreshHash: null })
      await setTime(start + lifetimes.access + lifetimes.remembered - 1)
      expect(await tokens.removeOld()).toBe(0)
      await setTime(start + lifetimes.access + lifetimes.remembered)
      expect(await tokens.removeOld()).toBe(1)
      expect(await tokens.find({ accessHash: short.accessHash })).toBeNull()
      await setTime(start + lifetimes.refresh + lifetimes.remembered)
      const removed = await atOnce(4, () => tokens.removeOld())
      expect(removed.reduce((one, other) => one + other) + (await tokens.removeOld())).toBe(600)
    })

    it('salts are wiped once they are old', async () => {
      const { basis, ...database } = await withAda()
      const { tokens, setTime } = database
      const { accessHash } = await issued(database, basis)
      await tokens.use(accessHash, 'salt', null)
      await setTime(start + minute)
      expect(await tokens.wipeSalts(minute)).toBe(0)
      await setTime(start + minute + 1)
      expect(await tokens.wipeSalts(minute)).toBe(1)
      expect(await tokens.find({ accessHash })).toMatchObject({ refresh: { usedAt: start, salt: null } })
      expect(await tokens.wipeSalts(minute)).toBe(0)
    })
  })

  it('are hashed as base64url(SHA-256)', () => {
    expect(hashOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })
})

/** More than are removed or counted at a time; not all at once, for whoever waits for a connection gives up in the end. */
async function sixHundred(issue: () => Promise<unknown>): Promise<void> {
  for (let lot = 0; lot < 6; lot++) await atOnce(100, issue)
}
