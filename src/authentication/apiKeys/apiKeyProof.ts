import type { Proof } from '../realm.ts'
import type { ApiKeyOrigin, RealmRef } from '../subject.ts'

/** What stands where others have a realm. Source: spec 4.6. */
export const apiKeyRealm: RealmRef = { name: '_es_api_key', type: '_es_api_key', domain: null }

/** Whom a valid API key proves: its owner by name, with nothing but what the key may do. */
export function apiKeyProof({
  id,
  name,
  owner,
  roleDescriptors,
  limitedBy,
}: ApiKeyOrigin): Required<Pick<Proof, 'kind' | 'subject' | 'standing' | 'basis'>> {
  const { username } = owner
  const apiKey = { id, name, owner, roleDescriptors, limitedBy }
  return {
    kind: 'proven',
    subject: { username, roles: [], fullName: null, email: null, metadata: {}, realm: apiKeyRealm },
    standing: { subjectType: 'api_key', mappedFrom: null, apiKey, via: null },
    basis: null,
  }
}
