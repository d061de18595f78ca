import { Failure } from '../errors.ts'
import type { RealmRef } from './subject.ts'

/** A group of realms in which one username is one person. */
export interface Domain {
  readonly name: string
  readonly realms: readonly DomainRealm[]
  /** What the uids of new profiles end with, where they are made of usernames as they are; else null. */
  readonly literalSuffix: string | null
}

/** One of its realms, as profiles remember it. */
export interface DomainRealm {
  readonly name: string
  readonly type: string
}

/** Makes the function that finds the domain of a realm; null if it is in none. Source: spec 2.8. */
export function createDomainOf(domains: readonly Domain[]) {
  const byName = new Map(domains.map((domain) => [domain.name, domain]))

  return function domainOf({ domain: name }: RealmRef): Domain | null {
    if (name === null) return null
    const domain = byName.get(name)
    if (domain) return domain
    const reason = `subject realm is under a domain [${name}], but no associated domain config is found`
    throw new Failure('CONFIGURATION', reason)
  }
}

export type DomainOf = ReturnType<typeof createDomainOf>
