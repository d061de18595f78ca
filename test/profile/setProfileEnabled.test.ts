import { describe, expect, it } from 'vitest'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createSetProfileEnabled } from '../../src/profile/setProfileEnabled.ts'
import { prepared } from '../support/testDatabase.ts'
import { activateOn, application, jacknichGrant, profileOf, provision } from './activating.ts'

describe('a profile that is disabled', () => {
  const emptied = prepared()

  it('is disabled even if it has only just been made', async () => {
    const stores = await emptied()
    await provision(stores)
    const { uid } = await profileOf(activateOn(stores)(application, jacknichGrant))
    await stores.run('DELETE FROM profiles')
    let created = false
    const profiles = {
      ...stores.profiles,
      async setEnabled(...given: [string, boolean]) {
        const written = await stores.profiles.setEnabled(...given)
        // Right between the two statements, an activation makes it.
        if (!created) await profileOf(activateOn(stores)(application, jacknichGrant))
        created = true
        return written
      },
    }
    const setProfileEnabled = createSetProfileEnabled({ authorize: createAuthorize(stores.roles), profiles })
    expect(await setProfileEnabled(application, uid, false)).toMatchObject({ uid, enabled: false, seqNo: 1 })
  })

  it('is not there, if nobody has made it', async () => {
    const stores = await emptied()
    await provision(stores)
    const { roles, profiles } = stores
    const setProfileEnabled = createSetProfileEnabled({ authorize: createAuthorize(roles), profiles })
    expect(await setProfileEnabled(application, 'u_none_0', false)).toBeNull()
  })
})
