import { describe, expect, it } from 'vitest'
import { createIdentifyCaller } from '../../src/authentication/caller.ts'
import { createChain } from '../../src/authentication/chain.ts'
import { createMappedSubject } from '../../src/authentication/mappedSubject.ts'
import { createProve } from '../../src/authentication/prove.ts'
import { refused, type Proof, type Realm } from '../../src/authentication/realm.ts'
import { plainUser } from '../../src/authentication/subject.ts'
import { createMappedRoles } from '../../src/authorization/mappings/mappedRoles.ts'
import { ample } from '../support/definitionsRoom.ts'
import { prepared } from '../support/testDatabase.ts'
import type { Attempt } from '../../src/authentication/attempt.ts'
import { application } from '../profile/activating.ts'
import { callerAttempt, origin, unlimited } from '../support/attempts.ts'

const grant = { kind: 'password', username: 'jack', password: 'whatever' } as const

const said: Proof = {
  kind: 'proven',
  subject: {
    username: 'jack',
    roles: ['of the realm'],
    fullName: null,
    email: null,
    metadata: {},
    realm: { name: 'corp', type: 'jwt', domain: null },
  },
  authenticationType: 'realm',
  basis: null,
  securityEpoch: null,
}
const withGroups: Proof = { ...said, standing: { ...plainUser, mappedFrom: { dn: null, groups: ['a'] } } }

/** For a caller who was read at that epoch. */
const subjectAttempt = (securityEpoch: number): Attempt => ({
  role: 'subject',
  caller: { ...application, securityEpoch },
})

describe('a proof', () => {
  const emptied = prepared()

  /** What is proven if a realm says this, where group `a` gives a role, and how often the security epoch is read. */
  async function provenBy(answer: Awaited<ReturnType<Realm['authenticate']>>) {
    const { roleMappings, securityEpoch } = await emptied()
    const rules = { field: { groups: 'a' } }
    const mapping = {
      name: 'm',
      enabled: true,
      roles: ['z', 'mapped'],
      roleTemplates: [],
      rules,
      metadata: {},
    }
    await roleMappings.put(mapping, ample)
    const epoch = await securityEpoch()
    let reads = 0
    const countedEpoch = () => {
      reads++
      return securityEpoch()
    }
    const mappedSubject = createMappedSubject(
      createMappedRoles({ stored: roleMappings, report: expect.unreachable }),
    )
    const chain = createChain([{ authenticate: () => Promise.resolve(answer) }])
    const prove = createProve({
      chain,
      throttle: unlimited,
      mappedSubject,
      securityEpoch: countedEpoch,
    })
    const identify = createIdentifyCaller({ prove, securityEpoch: countedEpoch })
    return { prove, identify, epoch, reads: () => reads }
  }

  it('of a user whose realm says the roles stays as it is', async () => {
    const { prove, reads } = await provenBy(said)
    expect(await prove(grant, callerAttempt)).toEqual(said)
    expect(reads()).toBe(0)
  })

  it('of nobody stays as it is', async () => {
    const { prove, reads } = await provenBy(refused)
    expect(await prove(grant, callerAttempt)).toEqual(refused)
    expect(reads()).toBe(0)
  })

  it('of a user whose realm says groups has the roles that are mapped of them, and no others', async () => {
    const { prove, epoch, reads } = await provenBy(withGroups)
    const subject = { ...said.subject, roles: ['mapped', 'z'] }
    expect(await prove(grant, callerAttempt)).toEqual({ ...withGroups, subject, securityEpoch: epoch })
    expect(reads()).toBe(1)
  })

  it('goes by the security epoch that the request has read, or the realm, and reads none then', async () => {
    const { prove, epoch, reads } = await provenBy(withGroups)
    expect(await prove(grant, subjectAttempt(epoch))).toMatchObject({ securityEpoch: epoch })
    expect(reads()).toBe(0)
    const byRealm = await provenBy({ ...withGroups, securityEpoch: 7 })
    expect(await byRealm.prove(grant, subjectAttempt(byRealm.epoch))).toMatchObject({ securityEpoch: 7 })
    expect(byRealm.reads()).toBe(0)
  })

  it.each([said, withGroups])('of a caller reads it once, with %j', async (proof) => {
    const { identify, epoch, reads } = await provenBy(proof)
    const headers = { authorization: 'Basic amFjazp4', clientAuthentication: undefined }
    expect(await identify(headers, '/', origin)).toMatchObject({ securityEpoch: epoch })
    expect(reads()).toBe(1)
  })

  it('of a user of whom no role is mapped has none', async () => {
    const { prove } = await provenBy({
      ...withGroups,
      standing: { ...plainUser, mappedFrom: { dn: 'cn=a', groups: [] } },
    })
    expect(await prove(grant, callerAttempt)).toMatchObject({ subject: { roles: [] } })
  })
})
