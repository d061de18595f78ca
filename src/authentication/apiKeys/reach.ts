import type { Authorize } from '../../authorization/authorize.ts'
import type { Action } from '../../authorization/privileges.ts'
import { failureOf } from '../../errors.ts'
import type { DomainOf } from '../domain.ts'
import { isApiKey, type Caller, type KeyOwner } from '../subject.ts'
import type { RealmOf } from '../tokens/tokenSubject.ts'
import type { ApiKeySelection, OwnerSelection } from './apiKeyRepository.ts'

/** Which keys somebody asks for. */
export interface AskedFor extends Omit<ApiKeySelection, 'owner'> {
  /** Whether only the caller's own. */
  readonly owned: boolean
}

interface ReachParts {
  authorize: Authorize
  domainOf: DomainOf
  realmOf: RealmOf
}

/** Makes what decides which keys somebody may reach of those that are asked for. */
export function createReach({ authorize, domainOf, realmOf }: ReachParts) {
  return {
    /**
     * Those asked for, as far as the caller may reach them: all, or its own alone. Throws `FORBIDDEN` where it may reach
     * none, or only its own while not all of them are; unless what it asks for is everybody's right.
     */
    async of(
      caller: Caller,
      action: Action,
      asked: AskedFor,
      isOwn: boolean,
      isRight = false,
    ): Promise<ApiKeySelection> {
      const { owned, ...selection } = asked
      if (await mayReachAll(caller, action)) return { ...selection, owner: owned ? ownerOf(caller) : null }
      await authorize(caller, action, { isOwn, grantsOtherwise: () => isRight })
      // Not even by a name that two realms share does anybody get what is another's.
      return isApiKey(caller)
        ? { ...selection, ids: onlyOf(selection.ids, caller.apiKey?.id), owner: null }
        : { ...selection, owner: ownerOf(caller) }
    },

    /**
     * Whether all that is asked for is the caller's own, as the request itself says it. An API key owns nothing but
     * itself. Source: ManageOwnApiKeyClusterPrivilege.
     */
    isOwn(caller: Caller, { ids, username, realmName, owned }: AskedFor): boolean {
      if (isApiKey(caller)) return ids?.every((id) => id === caller.apiKey?.id) ?? false
      return (
        owned || (username === caller.username && realmsOf(caller).some(({ name }) => name === realmName))
      )
    },
  }

  async function mayReachAll(caller: Caller, action: Action): Promise<boolean> {
    try {
      await authorize(caller, action, { isOwn: false })
      return true
    } catch (thrown) {
      if (failureOf(thrown).code !== 'FORBIDDEN') throw thrown
      return false
    }
  }

  /** What is a key's own to ask for is its owner's. */
  function ownerOf({ apiKey, ...caller }: Caller): OwnerSelection {
    const { username, realm, via } = apiKey ? asOfNow(apiKey.owner) : caller
    return { username, realms: realmsOf({ realm }), via }
  }

  /** A realm that is none of ours any more is in no domain. */
  function asOfNow(owner: KeyOwner): KeyOwner & Pick<Caller, 'realm'> {
    const { realm, via } = owner
    return { ...owner, realm: realmOf(realm.type, realm.name, via) ?? { ...realm, domain: null } }
  }

  function realmsOf({ realm }: Pick<Caller, 'realm'>): OwnerSelection['realms'] {
    return domainOf(realm)?.realms ?? [realm]
  }
}

export type Reach = ReturnType<typeof createReach>

function onlyOf(ids: readonly string[] | null, own: string | undefined): string[] {
  return own !== undefined && (ids?.includes(own) ?? true) ? [own] : []
}
