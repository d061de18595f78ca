import { elastic, rest, type Fetch } from './testApp.ts'

/** The application of the README: it may activate profiles, and nothing else. */
export const loginBackend = { username: 'login-backend', password: 'app-s3cret-p@ss' }

/** The user of Elasticsearch's documentation. */
export const jacknich = { username: 'jacknich', password: 'l0ng-r4nd0m-p@ssw0rd' }

export const jacknichUser = {
  password: jacknich.password,
  roles: ['admin', 'other_role1'],
  full_name: 'Jack Nicholson',
  email: 'jacknich@example.com',
  metadata: { intelligence: 7 },
}

export const jacknichUid = 'u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0'

/** A known caller without any right. */
export const nobody = { username: 'nobody', password: 'n0b0dy-p@ssw0rd' }

/** Makes them, as an operator would. */
export async function provision(fetch: Fetch): Promise<void> {
  const put = (path: string, body: object) => rest(fetch, 'PUT', `/_security/${path}`, elastic, body)
  await put('role/profile_activator', { cluster: ['manage_user_profile'] })
  await put(`user/${loginBackend.username}`, {
    password: loginBackend.password,
    roles: ['profile_activator'],
  })
  await put(`user/${nobody.username}`, { password: nobody.password, roles: [] })
  await put(`user/${jacknich.username}`, jacknichUser)
}
