import { within } from './value.ts'

interface Realm {
  readonly type: string
  readonly name: string
  /** As they are checked, or, where they are wrong in themselves, as they stand. */
  readonly settings: Readonly<Record<string, unknown>>
}

type Problem = readonly [path: readonly string[], message: string]

/** What is wrong between realms, given by type and name. */
export function realmProblems(named: unknown): Problem[] {
  const all = Object.entries(within(named)).flatMap(([type, realms]) => realmsOf(type, realms))
  return all.flatMap((realm, index) => {
    const others = all.filter((other) => other !== realm)
    return [
      ...nameProblems(realm, all.slice(0, index)),
      ...orderProblems(realm, others),
      ...lookUpProblems(realm, others),
    ]
  })
}

function realmsOf(type: string, named: unknown): Realm[] {
  return Object.entries(within(named)).map(([name, settings]) => ({ type, name, settings: within(settings) }))
}

/** Told of the later one: the earlier may be there without being named. */
function nameProblems({ type, name }: Realm, earlier: readonly Realm[]): Problem[] {
  const path = [type, name]
  if (name.startsWith('_') || name === 'reserved') return [[path, 'a realm cannot have this name']]
  return earlier.some((other) => other.name === name) ? [[path, 'another realm has this name']] : []
}

/** Only realms that are asked have a place in the chain. */
function orderProblems({ type, name, settings }: Realm, others: readonly Realm[]): Problem[] {
  const isTaken = others.some(({ settings: other }) => isEnabled(other) && other.order === settings.order)
  if (!isTaken || !isEnabled(settings) || settings.order === undefined) return []
  return [[[type, name, 'order'], 'another realm has this order']]
}

function lookUpProblems({ type, name, settings }: Realm, others: readonly Realm[]): Problem[] {
  const named = Array.isArray(settings.authorization_realms) ? settings.authorization_realms.map(String) : []
  const natives = others.filter((other) => other.type === 'native' && isEnabled(other.settings))
  return named
    .filter((one) => !natives.some((realm) => realm.name === one))
    .map((one) => [
      [type, name, 'authorization_realms'],
      `configured authorization realm [${one}] does not exist (or is not enabled), or is not native`,
    ])
}

function isEnabled({ enabled }: Realm['settings']): boolean {
  return enabled !== false
}
