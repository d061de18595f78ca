import { hash as digest, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { hash as argon2id } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { elastic, overSocket, rest, type Fetch } from '../support/testApp.ts'

/** Whose names are tried. Nobody's, where none is stored. */
export type Kind = 'unknown' | 'disabled' | 'enabled' | 'large' | 'impossible'

/** The names of each kind. */
export type Names = Readonly<Record<Kind, readonly string[]>>

/** How passwords are hashed, as users of the gateway and of Elasticsearch have them. */
export const formats = ['argon2id', 'bcrypt', 'pbkdf2', 'pbkdf2_stretch'] as const
export type Format = (typeof formats)[number]

/** The application that tries them: it may activate profiles and issue tokens. */
export const application = { username: 'login-backend', password: 'app-s3cret-p@ss' }

const password = 'l0ng-r4nd0m-p@ssw0rd'

/** In bytes of JSON. */
const largeMetadata = 1_000_000
const largeUsers = 16

/** Makes the application and users whose hashes are of some formats, in equal parts, and says so many names of each kind. */
export async function populate(address: string, these: readonly Format[], count: number): Promise<Names> {
  const fetch = overSocket(address)
  const hashes = await Promise.all(these.map(hashOf))
  const names = namesFor(count)
  await put(fetch, 'role/application', { cluster: ['manage_user_profile', 'manage_token'] })
  await put(fetch, `user/${application.username}`, { password: application.password, roles: ['application'] })
  const enabled = {
    roles: ['admin', 'other_role1'],
    full_name: 'Jack Nicholson',
    metadata: { intelligence: 7 },
  }
  const large = { ...enabled, metadata: { text: 'x'.repeat(largeMetadata) } }
  const users = [
    ...names.enabled.map((name) => ({ name, user: enabled })),
    ...names.disabled.map((name) => ({ name, user: { ...enabled, enabled: false } })),
    ...names.large.map((name) => ({ name, user: large })),
  ]
  for (const [n, { name, user }] of users.entries())
    await put(fetch, `user/${name}`, { ...user, password_hash: hashes[n % hashes.length] })
  return names
}

/** Alike in all that can be seen of them, but for those that nobody can have. */
function namesFor(count: number): Names {
  const some = (n: number) => Array.from({ length: n }, () => `user-${randomBytes(6).toString('hex')}`)
  return {
    unknown: some(count),
    disabled: some(count),
    enabled: some(count),
    large: some(largeUsers),
    impossible: some(count).map((name) => name.replace('-', 'é')),
  }
}

async function hashOf(format: Format): Promise<string> {
  switch (format) {
    case 'argon2id':
      return argon2id(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    case 'bcrypt':
      return bcrypt(password, 10)
    case 'pbkdf2':
      return pbkdf2Hash('{PBKDF2}', password)
    case 'pbkdf2_stretch':
      return pbkdf2Hash('{PBKDF2_STRETCH}', digest('sha512', password, 'hex'))
  }
}

async function pbkdf2Hash(prefix: string, text: string): Promise<string> {
  const salt = randomBytes(32)
  const derived = await promisify(pbkdf2)(text, salt, 10_000, 32, 'sha512')
  return `${prefix}10000$${salt.toString('base64')}$${derived.toString('base64')}`
}

async function put(fetch: Fetch, path: string, body: object): Promise<void> {
  const { status, ...answer } = await rest(fetch, 'PUT', `/_security/${path}`, elastic, body)
  if (status !== 200) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(answer.body)}`)
}
