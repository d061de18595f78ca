import type { Caller } from './subject.ts'

/** Who sends requests, named so that no two are called alike. */
export interface Client {
  readonly username: string
  readonly realm: { readonly name: string; readonly type: string }
}

/** Each API key is a client by itself. Users of a realm of another server are not those of our realm of the same name. */
export function clientOf({
  username,
  realm,
  via,
  apiKey,
}: Pick<Caller, 'username' | 'realm' | 'via' | 'apiKey'>): Client {
  if (apiKey) return { username, realm: { type: '_es_api_key', name: apiKey.id } }
  if (via === null) return { username, realm }
  return { username, realm: { type: 'elsewhere', name: JSON.stringify([via, realm.type, realm.name]) } }
}
