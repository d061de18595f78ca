import { describe, expect, it } from 'vitest'
import { ensureSuperuser } from '../../src/authentication/superuser.ts'
import { prepared, userIn } from '../support/testDatabase.ts'
import { newPasswords } from '../support/passwords.ts'
import { source } from '../support/attempts.ts'

describe('the superuser', () => {
  const emptied = prepared()
  const passwords = newPasswords()

  async function parts() {
    const { users } = await emptied()
    return { users, passwords }
  }

  it('is made with the password, enabled and with the role superuser', async () => {
    const { users } = await parts()
    expect(await ensureSuperuser({ users, passwords }, 'first password')).toBe('made')
    const elastic = await userIn(users, 'elastic')
    expect(elastic).toMatchObject({ roles: ['superuser'], enabled: true, metadata: { _reserved: true } })
    expect(await passwords.verify('elastic', elastic?.passwordHash ?? null, 'first password', source)).toBe(
      true,
    )
  })

  it('is missing where there is none and no password for it, and is not made', async () => {
    const { users } = await parts()
    expect(await ensureSuperuser({ users, passwords }, null)).toBe('missing')
    expect(await userIn(users, 'elastic')).toBeNull()
  })

  it('keeps its password and all else when it is there already', async () => {
    const { users } = await parts()
    await ensureSuperuser({ users, passwords }, 'first password')
    await users.setEnabled('elastic', false)
    const before = await userIn(users, 'elastic')
    expect(await ensureSuperuser({ users, passwords }, 'first password')).toBe('same')
    expect(await ensureSuperuser({ users, passwords }, 'another password')).toBe('differs')
    expect(await ensureSuperuser({ users, passwords }, null)).toBe('same')
    expect(await userIn(users, 'elastic')).toEqual(before)
  })

  it('is made by exactly one of many gateways that start at once, with the password of that one', async () => {
    const { users } = await parts()
    const given = Array.from({ length: 8 }, (_, n) => `password ${n}`)
    const outcomes = await Promise.all(
      given.map((password) => ensureSuperuser({ users, passwords }, password)),
    )
    expect(outcomes.toSorted()).toEqual([...Array<string>(7).fill('differs'), 'made'])
    const made = given[outcomes.indexOf('made')] ?? ''
    expect(
      await passwords.verify('elastic', (await userIn(users, 'elastic'))?.passwordHash ?? null, made, source),
    ).toBe(true)
  })

  // Whoever loses the race must not warn of a password that is right.
  it('has the same password for all gateways that start at once with one password', async () => {
    const { users } = await parts()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => ensureSuperuser({ users, passwords }, 'one password')),
    )
    expect(outcomes.toSorted()).toEqual(['made', ...Array<string>(7).fill('same')])
  })
})
