import { z } from 'zod'
import { yesOrNo } from './value.ts'

/** Realms that are in a domain without being configured: Elasticsearch has them by default. */
const defaultRealms: Readonly<Record<string, string>> = { default_native: 'native', default_file: 'file' }

const domain = z.strictObject({
  /** In which one username is one person. */
  realms: z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given),
    z.array(z.string(), { error: 'expected a list of realms' }).min(1, 'expected a list of realms'),
  ),
  uid_generation: z
    .strictObject({
      /** Whether the uids of new profiles are `u_`, the username as it is, `_` and the suffix. */
      literal_username: yesOrNo().default(false),
      suffix: z
        .string({ error: 'expected text' })
        .regex(/^[a-zA-Z][a-zA-Z0-9]{0,9}$/, 'expected a letter and at most 9 more letters and digits')
        .optional(),
    })
    .prefault({}),
})

/** Domains by name. Source: spec 2.3. */
export const domains = z
  .record(z.string(), domain)
  .superRefine((named, context) => {
    for (const [name, { uid_generation: uids }] of Object.entries(named)) {
      const problem = (path: string[], message: string) => {
        context.addIssue({ code: 'custom', path: [name, ...path], message })
      }
      if (name.startsWith('_')) problem([], 'the name of a domain must not start with [_]')
      if (uids.literal_username && uids.suffix === undefined)
        problem(['uid_generation'], 'literal_username needs a suffix')
      if (!uids.literal_username && uids.suffix !== undefined)
        problem(['uid_generation', 'suffix'], 'is only for literal_username: true')
    }
  })
  .prefault({})

type Domains = z.output<typeof domains>
type Realms = Readonly<Record<'native' | 'jwt', Readonly<Record<string, unknown>>>>

/** What is wrong between domains and realms, each domain with its problem. Source: spec 2.3. */
export function domainProblems(named: Domains, realms: Realms): [domain: string, message: string][] {
  const members = Object.entries(named).flatMap(([name, { realms: own }]) =>
    [...new Set(own)].map((realm) => ({ name, realm })),
  )
  return members.flatMap(({ name, realm }): [string, string][] => {
    const all = members.filter((member) => member.realm === realm).map((member) => member.name)
    const several = `realm [${realm}] is associated to domains [${all.sort().join(', ')}]`
    if (typeOf(realm, realms) === null)
      return [[name, `Undefined realms [${realm}] cannot be assigned to domains`]]
    return all.length > 1 ? [[name, `Realms can be associated to at most one domain, but ${several}`]] : []
  })
}

/** The realms of each domain with their types, as profiles remember them. */
export function resolvedDomains(named: Domains, realms: Realms) {
  return Object.entries(named).map(([name, { realms: own, uid_generation: uids }]) => ({
    name,
    realms: [...new Set(own)].map((realm) => ({ name: realm, type: typeOf(realm, realms) ?? '' })),
    literalSuffix: uids.suffix ?? null,
  }))
}

function typeOf(realm: string, { native, jwt }: Realms): string | null {
  if (Object.hasOwn(native, realm)) return 'native'
  if (Object.hasOwn(jwt, realm)) return 'jwt'
  return defaultRealms[realm] ?? null
}
