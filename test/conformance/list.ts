import type { ConformanceCase } from './case.ts'
import { about } from './cases/about.ts'
import { activation } from './cases/activation.ts'
import { apiKeys } from './cases/apiKeys.ts'
import { authentication } from './cases/authentication.ts'
import { authorization } from './cases/authorization.ts'
import { bodies } from './cases/bodies.ts'
import { documents } from './cases/documents.ts'
import { getProfiles } from './cases/getProfiles.ts'
import { globalPrivilege } from './cases/globalPrivilege.ts'
import { headers } from './cases/headers.ts'
import { mediaTypes } from './cases/mediaTypes.ts'
import { order } from './cases/order.ts'
import { parameters } from './cases/parameters.ts'
import { profileData } from './cases/profileData.ts'
import { profileEnabled } from './cases/profileEnabled.ts'
import { profileVersions } from './cases/profileVersions.ts'
import { roleMappings } from './cases/roleMappings.ts'
import { roles } from './cases/roles.ts'
import { routing } from './cases/routing.ts'
import { tokens } from './cases/tokens.ts'
import { users } from './cases/users.ts'

/** Everything that Elasticsearch does on this part of its wire, in the order of the specification. */
export const conformanceList: readonly ConformanceCase[] = [
  order, // 1.1
  activation, // 1, 2
  bodies, // 1.2, 1.3
  parameters, // 1.4
  mediaTypes, // 1.5
  headers, // 1.5
  routing, // 1.6
  authentication, // 1.7
  authorization, // 1.8, 3.0
  documents, // 2
  getProfiles, // 3.1
  profileData, // 3.3
  profileVersions, // 3.3
  globalPrivilege, // 3, 3.3
  profileEnabled, // 3.4
  users, // 4.1
  about, // 4.2, 4.4
  tokens, // 4.3
  roles, // 4.1, 4.5
  apiKeys, // 4.6
  roleMappings, // 4.7
]
  .flat()
  .map((one) => ({ ...one, id: wordsOf(one.id) }))

/** An id that was made of what a case sends, as one word. */
function wordsOf(id: string): string {
  const signs = id.replaceAll('*', 'any').replace(/(?<=[-,])-/g, 'not-')
  const words = signs.replace(/[^\w.]+/g, '-').toLowerCase()
  return words.replace(/-$/, '')
}
