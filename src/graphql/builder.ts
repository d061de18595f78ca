// The GraphQL edge: parses what GraphQL clients send, calls the use cases, and shapes their answers. Nothing is
// decided here, and nothing here knows how anything is stored.

import SchemaBuilder from '@pothos/core'
import type { ApiKeys } from '../authentication/apiKeys/apiKeys.ts'
import type { ExplainGrant } from '../authentication/explainGrant.ts'
import type { Caller } from '../authentication/subject.ts'
import type { Tokens } from '../authentication/tokens/tokens.ts'
import type { Users } from '../authentication/users.ts'
import type { RoleMappings } from '../authorization/mappings/roleMappings.ts'
import type { Roles } from '../authorization/roles.ts'
import type { Activate } from '../profile/activate.ts'
import type { ActivateMine } from '../profile/activateMine.ts'
import type { Profiles } from '../profile/profiles.ts'
import type { SetProfileEnabled } from '../profile/setProfileEnabled.ts'
import type { UpdateData } from '../profile/updateData.ts'
import type { AnswerMemory, AnswersMemory } from './answersMemory.ts'
import { createAnswerSize, type AnswerSize } from './answerSize.ts'
import { createLookups, type Lookups } from './lookups.ts'
import { createProfileData, type ProfileData } from './profileData.ts'
import type { Server } from './server.ts'

/** The use cases that the schema exposes, and the one that has an address of its own. */
export interface UseCases {
  activate: Activate
  activateMine: ActivateMine
  profiles: Profiles
  updateData: UpdateData
  setProfileEnabled: SetProfileEnabled
  users: Users
  tokens: Tokens
  apiKeys: ApiKeys
  explainGrant: ExplainGrant
  roles: Roles
  roleMappings: RoleMappings
  server: Server
  /** The metrics, in Prometheus' text format. Throws `FORBIDDEN` unless the caller may monitor. */
  readMetrics: (caller: Caller) => Promise<string>
}

/** Who sends a request, and the use cases that answer it: the same ones throughout. */
export interface Sender {
  readonly caller: Caller
  readonly useCases: UseCases
}

export interface Context extends Sender {
  answerMemory: AnswerMemory
  answerSize: AnswerSize
  lookups: Lookups
  profileData: ProfileData
}

/** What the resolvers of one request share. Its memory is to be released when it is answered. */
export function createContext({ caller, useCases }: Sender, answersMemory: AnswersMemory): Context {
  const parts = {
    caller,
    answerMemory: answersMemory(),
    answerSize: createAnswerSize(),
    lookups: createLookups(),
  }
  return { ...parts, useCases, profileData: createProfileData({ ...parts, profiles: useCases.profiles }) }
}

type JsonObject = Readonly<Record<string, unknown>>

/** The one builder. Every noun's file adds its types and fields to it. */
export const builder = new SchemaBuilder<{
  Context: Context
  DefaultFieldNullability: false
  DefaultInputFieldRequiredness: true
  Scalars: {
    JSONObject: { Input: JsonObject; Output: JsonObject }
    SafeInt: { Input: number; Output: number }
    DateTime: { Input: Date; Output: number | Date }
    ID: { Input: string; Output: string }
  }
}>({ defaultFieldNullability: false, defaultInputFieldRequiredness: true })

builder.queryType({ description: 'What can be read. No field here takes a credential.' })
builder.mutationType({ description: 'What can be done.' })
