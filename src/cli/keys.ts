import { Failure } from '../errors.ts'
import { isObject, type JsonObject } from '../json.ts'
import { asking, given, inWords, say, thereIsNo, timeOf, type AskingOptions } from './asking.ts'
import { clock } from './clock.ts'
import { readRole } from './roles.ts'
import type { Streams } from './streams.ts'
import { fieldsOf, tableOf } from './table.ts'
import { UsageError } from './usageError.ts'

/** Which keys: by an id, by a name, or by their owner. */
export interface KeySelection {
  readonly name?: string
  readonly user?: string
  readonly realm?: string
}

interface ListOptions extends AskingOptions, KeySelection {
  readonly id?: string
  /** Only those of the caller, which it may see without the right to see those of others. */
  readonly own?: true
  /** Only those that are neither invalidated nor expired. */
  readonly active?: true
}

const path = '/_security/api_key'

export async function listKeys(options: ListOptions, streams: Streams): Promise<void> {
  const { id, name, user: username, realm: realm_name, own, active } = options
  const query = new URLSearchParams(
    given({
      id,
      name,
      username,
      realm_name,
      ...(own && { owner: 'true' }),
      ...(active && { active_only: 'true' }),
    }),
  )
  const { body } = await asking(options, streams, (access) =>
    access.ask({ method: 'GET', path: query.size > 0 ? `${path}?${query.toString()}` : path }),
  )
  const rows = keysIn(body).map((key) => [
    ...[inWords(key.id), inWords(key.name), `${inWords(key.username)} (${inWords(key.realm)})`],
    ...[timeOf(key.creation), timeOf(key.expiration) || 'never', stateOf(key)],
  ])
  const heading = ['ID', 'NAME', 'OWNER', 'CREATED', 'EXPIRES', 'STATE']
  say(streams, options, body, tableOf(heading, rows, streams.output))
}

interface CreateOptions extends AskingOptions {
  /** Whose key it is, where the database is opened. */
  readonly user?: string
  /** Such as `90d`. */
  readonly expiration?: string
  /** A file that holds a role: what the key may do of what its owner may. */
  readonly role?: string
}

/** Makes a key of a user, with that user's rights, and shows its secret once. */
export async function createKey(
  name: string,
  { user, expiration, role, ...options }: CreateOptions,
  streams: Streams,
): Promise<void> {
  if (options.url !== undefined && user !== undefined)
    throw new UsageError('a gateway makes keys of its caller: say --as in place of --user')
  if (options.url === undefined && user === undefined)
    throw new UsageError('say with --user whose key it is to be')
  const descriptors = role === undefined ? undefined : { [name]: await readRole(role, streams) }
  await asking(options, streams, async (access) => {
    const body = { name, ...given({ expiration }), ...(descriptors && { role_descriptors: descriptors }) }
    const answer = await access.ask({ method: 'POST', path, body }, user)
    const { id, expiration: until, encoded } = answer.body
    const words = {
      ...{ id: inWords(id), name, expires: timeOf(until) || 'never' },
      encoded: inWords(encoded),
    }
    say(streams, options, answer.body, fieldsOf(words))
    streams.notes.write(
      'The secret is shown only now. Send it in the header `Authorization: ApiKey ENCODED`.\n',
    )
  })
}

/** Ends keys for good. */
export async function invalidateKeys(
  ids: readonly string[],
  { name, user, realm, ...options }: AskingOptions & KeySelection,
  streams: Streams,
): Promise<void> {
  const body = { ...(ids.length > 0 && { ids }), ...given({ name, username: user, realm_name: realm }) }
  await asking(options, streams, async (access) => {
    const answer = await access.ask({ method: 'DELETE', path, body })
    const [now, before] = [
      countOf(answer.body.invalidated_api_keys),
      countOf(answer.body.previously_invalidated_api_keys),
    ]
    if (answer.status === 404) throw new Failure('INVALID_INPUT', thereIsNo('API key', ids))
    say(streams, options, answer.body, `${now} invalidated${before > 0 ? `, ${before} were already` : ''}\n`)
  })
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

function keysIn({ api_keys: keys }: JsonObject): JsonObject[] {
  return Array.isArray(keys) ? keys.filter(isObject) : []
}

function stateOf({ invalidated, expiration }: JsonObject): string {
  if (invalidated === true) return 'invalidated'
  return typeof expiration === 'number' && expiration <= clock() ? 'expired' : 'valid'
}
