import { roleDescriptorProblems, type Role } from '../../authorization/role.ts'
import { metadataProblems } from '../../authorization/securityName.ts'
import { sizeOf } from '../../json.ts'

/** An API key that somebody wants to have. */
export interface ApiKeyInput {
  readonly name: string
  /** For how long it is valid, such as `1d`; null: until it is invalidated. */
  readonly expiration: string | null
  /** What it may do of what its owner may; none: all of that. */
  readonly roleDescriptors: readonly Role[]
  readonly metadata: Readonly<Record<string, unknown>>
}

const mostDescriptors = 100

/** As JSON. They are read at every request of the key. */
const mostBytes = { ofKey: 65_536, ofOwner: 262_144 }

/** What is wrong with a key that somebody wants to have, in Elasticsearch's order. Source: CreateApiKeyRequest. */
export function apiKeyProblems({ name, roleDescriptors, metadata }: ApiKeyInput): string[] {
  return [
    ...nameProblems(name),
    ...metadataProblems(metadata, 'API key metadata'),
    ...roleDescriptors.flatMap(roleDescriptorProblems),
    ...descriptorsProblems(roleDescriptors),
    ...sizeProblems(
      'metadata and role descriptors of an API key',
      { roleDescriptors, metadata },
      mostBytes.ofKey,
    ),
  ]
}

/** What is wrong with the roles that limit a key: only that they are too large. */
export function limitProblems(limitedBy: readonly Role[]): string[] {
  return sizeProblems('the roles of the owner of an API key', limitedBy, mostBytes.ofOwner)
}

function nameProblems(name: string): string[] {
  if (name === '') return ['api key name is required']
  return [
    ...(name.length > 256 ? ['api key name may not be more than 256 characters long'] : []),
    ...(name === name.trim() ? [] : ['api key name may not begin or end with whitespace']),
    ...(name.startsWith('_') ? ['api key name may not begin with an underscore'] : []),
  ]
}

function descriptorsProblems(roleDescriptors: readonly Role[]): string[] {
  const names = new Set(roleDescriptors.map(({ name }) => name))
  return [
    ...(names.size < roleDescriptors.length ? ['role descriptors must have different names'] : []),
    ...(roleDescriptors.length > mostDescriptors
      ? [`an API key can have at most [${mostDescriptors}] role descriptors`]
      : []),
  ]
}

function sizeProblems(what: string, value: object, most: number): string[] {
  return sizeOf(value) > most ? [`${what} can have at most [${most}] bytes as JSON`] : []
}
