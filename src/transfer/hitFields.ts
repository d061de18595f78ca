import { isObject } from '../json.ts'
import type { Document } from '../profile/document.ts'

/** A document of a cluster as the fields of a record, one that is not taken along, or why it is none. */
export type HitReading =
  | { readonly kind: 'fields'; readonly fields: Document }
  | { readonly kind: 'passed over'; readonly what: string }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Reads a document of `.security` or `.security-profile` as a search returns it.
 * Source: spec 2.1; Elasticsearch, `NativeUsersStore`, `NativeRolesStore`, `NativeRoleMappingStore`, `ProfileDocument`.
 */
export function hitFields(hit: Document): HitReading {
  const { _id: id, _source: source } = hit
  if (typeof id !== 'string') return { kind: 'refused', reason: 'it has no _id' }
  if (!isObject(source)) return { kind: 'refused', reason: 'it has no _source' }
  if (isObject(source.user_profile)) return profileFields(id, source.user_profile, hit._seq_no)
  const type = source.doc_type ?? source.type
  if (type === 'user') return userFields(id, source)
  if (type === 'role') return roleFields(id, source)
  if (type === 'role-mapping') return mappingFields(id, source)
  if (typeof type === 'string' && passedOver.includes(type)) return { kind: 'passed over', what: type }
  return {
    kind: 'refused',
    reason: 'it is no kind of document that is known of .security or .security-profile',
  }
}

/** Kinds of documents that are in `.security` or `.security-tokens` too. */
const passedOver = [
  'reserved-user',
  'application-privilege',
  'api_key',
  'service_account_token',
  'token',
  'bwc_deprecated_token',
]

function userFields(id: string, source: Document): HitReading {
  const { username, password, roles, full_name, email, metadata, enabled } = source
  const name = nameIn(id, 'user-')
  if (name === null || (username !== undefined && username !== name)) return misnamed
  const fields = { password_hash: password, roles, full_name, email, metadata, enabled }
  return { kind: 'fields', fields: { kind: 'user', username: name, ...fields } }
}

function roleFields(id: string, source: Document): HitReading {
  const name = nameIn(id, 'role-')
  if (name === null) return misnamed
  // Newer clusters keep the roles that are built into them as documents too.
  if (isObject(source.metadata) && source.metadata._reserved === true)
    return { kind: 'passed over', what: 'built-in role' }
  return { kind: 'fields', fields: { kind: 'role', name, ...withoutEmpty(source, alsoInRoles) } }
}

/** What Elasticsearch stores of a role beside what it is. */
const alsoInRoles = ['type', 'transient_metadata', 'metadata_flattened']

function mappingFields(id: string, source: Document): HitReading {
  const name = nameIn(id, 'role-mapping_')
  if (name === null) return misnamed
  return { kind: 'fields', fields: { kind: 'role_mapping', name, ...withoutEmpty(source, ['doc_type']) } }
}

function profileFields(id: string, source: Document, seqNo: unknown): HitReading {
  const { uid, enabled, last_synchronized, user, labels, application_data: data } = source
  if (id !== `profile_${String(uid)}`) return misnamed
  const { username, roles, realm, email, full_name } = partOf(user)
  const { name, type, domain } = partOf(realm)
  const ref = { name, type, domain: partOf(domain).name }
  return {
    kind: 'fields',
    fields: {
      ...{ kind: 'profile', uid, enabled, last_synchronized },
      user: { username, roles, realm: ref, email, full_name },
      ...{ labels, data, seq_no: seqNo },
    },
  }
}

const misnamed: HitReading = { kind: 'refused', reason: 'its _id is not the one that its content would have' }

function nameIn(id: string, prefix: string): string | null {
  return id.startsWith(prefix) ? id.slice(prefix.length) : null
}

function partOf(value: unknown): Document {
  return isObject(value) ? value : {}
}

/** Without the named members, and those that say nothing. */
function withoutEmpty(document: Document, names: readonly string[]): Document {
  const isEmpty = (value: unknown) =>
    value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  return Object.fromEntries(
    Object.entries(document).filter(([name, value]) => !names.includes(name) && !isEmpty(value)),
  )
}
