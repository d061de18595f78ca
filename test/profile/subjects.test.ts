import { describe, expect, it } from 'vitest'
import { createDomainOf } from '../../src/authentication/domain.ts'
import { plainUser, type SubjectType } from '../../src/authentication/subject.ts'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createActivate } from '../../src/profile/activate.ts'
import { baseOf } from '../../src/profile/uid.ts'
import { prepared } from '../support/testDatabase.ts'
import { application, jacknichGrant, native, provision } from './activating.ts'

const emptied = prepared()

/** Activates what a realm says is a subject of that kind. */
async function activateAs(subjectType: SubjectType) {
  const stores = await emptied()
  await provision(stores)
  const subject = {
    username: 'jacknich',
    roles: [],
    fullName: null,
    email: null,
    metadata: {},
    realm: native,
  }
  const activate = createActivate({
    authorize: createAuthorize(stores.roles),
    prove: () =>
      Promise.resolve({
        kind: 'proven',
        subject,
        authenticationType: 'realm',
        standing: { ...plainUser, subjectType },
        basis: null,
        securityEpoch: null,
      }),
    profiles: stores.profiles,
    domainOf: createDomainOf([]),
    unchangedGrace: 30_000,
  })
  const result = await activate(application, jacknichGrant)
  return { result, stored: (await stores.profiles.candidates(baseOf('jacknich'), null)).profiles }
}

describe('an activation', () => {
  it.each(['api_key', 'service_account'] as const)(
    'gives no profile to a subject that is a %s',
    async (kind) => {
      expect(await activateAs(kind)).toEqual({
        result: {
          kind: 'GrantRejected',
          reason: 'NOT_A_USER',
          principal: 'jacknich',
          message: `profile is supported for user only, but subject is a [${kind}]`,
        },
        stored: [],
      })
    },
  )

  it('gives one to a user', async () => {
    const { result, stored } = await activateAs('user')
    expect(stored).toEqual([result])
  })
})
