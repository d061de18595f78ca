import { Failure } from '../errors.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Access } from './access.ts'
import {
  asking,
  given,
  inWords,
  listOf,
  namedAt,
  requireAll,
  say,
  thereIsNo,
  type AskingOptions,
} from './asking.ts'
import { makeUpPassword, readSecret } from './secret.ts'
import type { Streams } from './streams.ts'
import { fieldsOf, tableOf } from './table.ts'

interface PasswordOptions extends AskingOptions {
  /** Whether the password is made up, and shown once. */
  readonly generate?: true
}

/** What is known of a user. What is left out becomes empty, or stays as it is. */
interface UserOptions {
  /** With commas. */
  readonly roles?: string
  readonly fullName?: string
  readonly email?: string
}

const path = '/_security/user'
const pathOf = (username: string) => `${path}/${encodeURIComponent(username)}`

export async function listUsers(options: AskingOptions, streams: Streams): Promise<void> {
  const body = await asking(options, streams, (access) => namedAt(access, path, []))
  const rows = usersIn(body).map((user) => [
    ...['username', 'roles', 'full_name', 'email'].map((field) => inWords(user[field])),
    user.enabled === false ? 'no' : 'yes',
  ])
  const heading = ['USERNAME', 'ROLES', 'FULL NAME', 'EMAIL', 'ENABLED']
  say(streams, options, body, tableOf(heading, rows, streams.output))
}

/** @throws `INVALID_INPUT` if one is not there, once the others are shown */
export async function showUsers(
  names: readonly string[],
  options: AskingOptions,
  streams: Streams,
): Promise<void> {
  const body = await asking(options, streams, (access) => namedAt(access, path, names))
  say(
    streams,
    options,
    body,
    usersIn(body)
      .map((user) => fieldsOf(inWordsAll(user)))
      .join('\n'),
  )
  requireAll('user', names, body)
}

export async function createUser(
  username: string,
  { roles = '', fullName, email, ...options }: PasswordOptions & UserOptions,
  streams: Streams,
): Promise<void> {
  await asking(options, streams, async (access) => {
    const there = await namedAt(access, path, [username])
    if (Object.hasOwn(there, username))
      throw new Failure('INVALID_INPUT', `there is a user [${username}] already: it stays as it is`)
    const password = await newPassword(username, options, streams)
    const user = { password, roles: listOf(roles), ...given({ full_name: fullName, email }) }
    const { body } = await access.ask({ method: 'PUT', path: pathOf(username), body: user })
    sayWithPassword(streams, options, body, `user [${username}] is created`, password)
    await noteUnknownRoles(access, user.roles, streams)
  })
}

/** Changes what is given of a user, and leaves all else, the password too. */
export async function updateUser(
  username: string,
  { roles, fullName, email, ...options }: AskingOptions & UserOptions,
  streams: Streams,
): Promise<void> {
  await asking(options, streams, async (access) => {
    const found = await namedAt(access, path, [username])
    requireAll('user', [username], found)
    const changes = given({
      roles: roles === undefined ? undefined : listOf(roles),
      full_name: fullName,
      email,
    })
    const before = found[username]
    const user = { ...(isObject(before) ? before : {}), ...changes }
    const { body } = await access.ask({ method: 'PUT', path: pathOf(username), body: user })
    say(streams, options, body, `user [${username}] is updated\n`)
    await noteUnknownRoles(access, changes.roles ?? [], streams)
  })
}

export async function deleteUser(username: string, options: AskingOptions, streams: Streams): Promise<void> {
  await asking(options, streams, async (access) => {
    const { status, body } = await access.ask({ method: 'DELETE', path: pathOf(username) })
    if (status === 404) throw new Failure('INVALID_INPUT', thereIsNo('user', [username]))
    say(streams, options, body, `user [${username}] is deleted\n`)
  })
}

export async function setUserEnabled(
  username: string,
  enabled: boolean,
  options: AskingOptions,
  streams: Streams,
): Promise<void> {
  await asking(options, streams, async (access) => {
    await requireUser(access, username)
    const verb = enabled ? '_enable' : '_disable'
    const { body } = await access.ask({ method: 'PUT', path: `${pathOf(username)}/${verb}` })
    say(streams, options, body, `user [${username}] is ${enabled ? 'enabled' : 'disabled'}\n`)
  })
}

/** Gives a user, the superuser too, another password. */
export async function resetPassword(
  username: string,
  options: PasswordOptions,
  streams: Streams,
): Promise<void> {
  await asking(options, streams, async (access) => {
    await requireUser(access, username)
    const password = await newPassword(username, options, streams)
    const { body } = await access.ask({
      method: 'PUT',
      path: `${pathOf(username)}/_password`,
      body: { password },
    })
    sayWithPassword(streams, options, body, `user [${username}] has another password`, password)
  })
}

async function requireUser(access: Access, username: string): Promise<void> {
  requireAll('user', [username], await namedAt(access, path, [username]))
}

/** A role may be made after its users; more often, its name is misspelt. */
async function noteUnknownRoles(access: Access, roles: readonly string[], { notes }: Streams): Promise<void> {
  if (roles.length === 0) return
  // Who may change users may not be the one who may see roles.
  const found = await namedAt(access, '/_security/role', roles).catch(() => null)
  const unknown = roles.filter((role) => found && !Object.hasOwn(found, role))
  if (unknown.length > 0) notes.write(`${thereIsNo('role', unknown)} yet: the name alone gives no rights\n`)
}

async function newPassword(
  username: string,
  { generate }: PasswordOptions,
  streams: Streams,
): Promise<string> {
  return generate ? makeUpPassword() : readSecret(streams, `new password of [${username}]`, true)
}

/** A password that was made up stands alone, so that it can be read by a program. */
function sayWithPassword(
  streams: Streams,
  options: PasswordOptions,
  body: JsonObject,
  sentence: string,
  password: string,
): void {
  if (!options.generate) {
    say(streams, options, body, `${sentence}\n`)
    return
  }
  streams.notes.write(`${sentence}. Its password, shown only now:\n`)
  say(streams, options, { ...body, password }, `${password}\n`)
}

function usersIn(body: JsonObject): JsonObject[] {
  return Object.values(body).filter(isObject)
}

function inWordsAll(thing: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, inWords(value)]))
}
