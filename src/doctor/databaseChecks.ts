import { foreignKindOf, formatOf } from '../authentication/passwordHash.ts'
import { superuser } from '../authentication/username.ts'
import type { Config } from '../config.ts'
import { failureOf } from '../errors.ts'
import { agreementOf, requireAgreement } from '../realms/agreement.ts'
import type { Inspection } from '../storage/inspection.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'

/** What speaks for and against what a database holds, whichever kind it is. */
export async function databaseChecks(config: Config, inspection: Inspection): Promise<Check[]> {
  const { isNew, missing, ahead } = inspection.migrations
  const migrations = migrationCheck(inspection)
  if (isNew || missing.length > 0) {
    const ids = ['realms.agreed', 'superuser', 'profiles.one_each', 'users.password_hashes']
    return [migrations, ...ids.map((id) => skipped(id, 'the database lacks migrations'))]
  }
  return [
    ahead.length > 0
      ? warning('migrations', `it is ahead by ${ahead.join(', ')}`, 'update this gateway')
      : migrations,
    await agreementCheck(config, inspection),
    await superuserCheck(config, inspection),
    await profileCheck(config, inspection),
    await hashCheck(inspection),
  ]
}

function migrationCheck({ migrations: { isNew, missing }, facts }: Inspection): Check {
  const id = 'migrations'
  if (missing.length === 0) return ok(id, 'the database has every migration of this release')
  if (isNew) return warning(id, 'the database is empty', 'start a gateway, or run `profile-gateway migrate`')
  const lacking = `the database lacks ${missing.join(', ')}`
  return facts.kind === 'sqlite'
    ? warning(id, lacking, 'start the gateway of this release, which migrates the file')
    : failure(id, lacking, 'run `profile-gateway migrate` as the owner of the tables')
}

async function agreementCheck({ settings }: Config, { agreedRealms }: Inspection): Promise<Check> {
  const id = 'realms.agreed'
  const agreed = await agreedRealms()
  if (agreed === '') return ok(id, 'no gateway has started yet: the first one decides')
  try {
    requireAgreement(agreed, agreementOf(settings))
    return ok(id, 'realms and domains are those on which all gateways have agreed')
  } catch (thrown) {
    const { problems } = failureOf(thrown)
    const advice =
      'make gateway.yml like that of the others, or have them agree: `profile-gateway serve --adopt-realms`'
    return failure(id, ['realms and domains are not those agreed on', ...problems].join('\n'), advice)
  }
}

/** In characters: fewer are guessed sooner or later. */
const shortest = 12

/** What the documentation sets for the first steps. */
const ofExamples = 'changeme'

async function superuserCheck({ elasticPassword }: Config, { users }: Inspection): Promise<Check> {
  const id = 'superuser'
  const found = await users.find(superuser)
  if (!found)
    return elasticPassword === null
      ? warning(id, `there is no ${superuser} yet`, 'set ELASTIC_PASSWORD for the first start')
      : ok(id, `the first start makes ${superuser}`)
  if (!found.user.enabled)
    return warning(id, `${superuser} is disabled`, `run \`profile-gateway users enable ${superuser}\``)
  const { passwordHash } = found.user
  const isItsPassword = (password: string) => formatOf(passwordHash)?.verify(passwordHash, password)
  const reset = `run \`profile-gateway users reset-password ${superuser} --generate\``
  if (await isItsPassword(ofExamples))
    return warning(id, `the password of ${superuser} is that of the documentation`, reset)
  if (elasticPassword === null) return ok(id, `${superuser} is there`)
  if (!(await isItsPassword(elasticPassword)))
    return warning(
      id,
      `ELASTIC_PASSWORD is not the password of ${superuser}`,
      'remove it: it has no effect any more',
    )
  return elasticPassword.length < shortest
    ? warning(id, `the password of ${superuser} has fewer than ${shortest} characters`, reset)
    : ok(id, `ELASTIC_PASSWORD is the password of ${superuser}`)
}

const mostNamed = 20

async function profileCheck({ settings }: Config, { severalProfiles }: Inspection): Promise<Check> {
  const id = 'profiles.one_each'
  const found = await severalProfiles(settings.domains, mostNamed + 1)
  if (found.length === 0) return ok(id, 'nobody owns two profiles')
  const named = found
    .slice(0, mostNamed)
    .map(({ username, count, uids }) => `[${username}] owns ${count}: ${uids.join(count > 2 ? ' … ' : ', ')}`)
  const more = found.length > mostNamed ? ['and more'] : []
  return failure(
    id,
    [...named, ...more].join('; '),
    'such a user cannot activate any of them: take a realm out of the domain, or remove the profile that is not wanted',
  )
}

/** How many hashes are read at once. */
const slice = 2_000

async function hashCheck({ users }: Inspection): Promise<Check> {
  const id = 'users.password_hashes'
  const foreign = new Map<string, number>()
  for (let last: string | undefined = ''; last !== undefined;) {
    const found = await users.passwordHashes(last, slice)
    for (const { passwordHash } of found) {
      const kind = foreignKindOf(passwordHash)
      if (!kind) continue
      const name = `${/^\{(\w+)\}/.exec(passwordHash)?.[1] ?? 'bcrypt'} of cost ${kind.cost}`
      foreign.set(name, (foreign.get(name) ?? 0) + 1)
    }
    last = found.at(-1)?.username
  }
  if (foreign.size === 0) return ok(id, 'all enabled users have argon2id hashes')
  return warning(
    id,
    `enabled users have imported hashes: ${[...foreign]
      .sort()
      .map(([name, count]) => `${count} × ${name}`)
      .join(', ')}`,
    'each is replaced when its user logs in; disable those who never come',
  )
}
